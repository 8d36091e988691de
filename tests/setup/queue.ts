import type { Endpoints } from '@rushes/infra/testing';

/** A call of the embedded queue. It takes calls without a signature, and this needs no client that knows how to make one. */
export async function callQueue(
  { sqs }: Pick<Endpoints, 'sqs'>,
  call: string,
  parameters: object,
): Promise<Record<string, unknown>> {
  const answer = await fetch(sqs.endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${call}` },
    body: JSON.stringify({ QueueUrl: sqs.queueUrl, ...parameters }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${call}: ${answer.status} ${text}`);
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}
