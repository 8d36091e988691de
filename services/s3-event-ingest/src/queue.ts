import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';

export interface QueueMessage {
  id: string;
  body: string;
  /** Names this receipt of the message; the next one has another. */
  receipt: string;
  /** 1 for the first time. */
  receives: number;
}

/** The four calls of a queue that are needed. Each throws when the queue does not answer. */
export interface Queue {
  /** Waits up to 20 s for messages, which then stay invisible to others for 60 s. */
  receive(signal: AbortSignal): Promise<QueueMessage[]>;
  remove(message: QueueMessage): Promise<void>;
  /** Shows the message again after so many seconds. */
  handBack(message: QueueMessage, seconds: number): Promise<void>;
  ping(): Promise<void>;
}

const WAIT_SECONDS = 20;
const VISIBILITY_SECONDS = 60;
const BATCH = 10;
/** A server that is gone without a word must not hold the loop for ever; a long poll is silent for 20 s. */
const CONNECT_MS = 5_000;
const SILENCE_MS = (WAIT_SECONDS + 10) * 1_000;

export function createQueue(options: { queueUrl: string; endpoint?: string | undefined; region: string }): Queue {
  const QueueUrl = options.queueUrl;
  const client = new SQSClient({
    region: options.region,
    // The SDK would derive an endpoint from the region, then find that the queue is elsewhere and complain on stderr.
    endpoint: options.endpoint ?? new URL(QueueUrl).origin,
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: SILENCE_MS },
  });
  return {
    async receive(signal) {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: BATCH,
          WaitTimeSeconds: WAIT_SECONDS,
          VisibilityTimeout: VISIBILITY_SECONDS,
          MessageSystemAttributeNames: ['ApproximateReceiveCount'],
        }),
        { abortSignal: signal },
      );
      return Messages.map((message) => ({
        id: message.MessageId ?? '',
        body: message.Body ?? '',
        receipt: message.ReceiptHandle ?? '',
        receives: Number(message.Attributes?.ApproximateReceiveCount ?? 1),
      }));
    },
    async remove({ receipt }) {
      await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: receipt }));
    },
    async handBack({ receipt }, seconds) {
      await client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: receipt, VisibilityTimeout: seconds }),
      );
    },
    async ping() {
      await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
    },
  };
}
