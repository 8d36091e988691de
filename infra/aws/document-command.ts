// Prints one document that AWS has to be given by hand, from the variables that Compose is given:  document-command.ts packager
import { parseArgs } from 'node:util';
import { ConfigError, parseConfig } from '@rushes/shared/service';
import { z } from 'zod';
import { awsDocuments } from './documents.ts';

const variables = {
  S3_REGION: z.string().default('us-east-1'),
  UPLOADS_BUCKET: z.string().min(3),
  MEDIA_BUCKET: z.string().min(3),
  SQS_QUEUE_URL: z.url().regex(/\/\d{12}\/[\w.-]+$/, 'must end in /<account>/<queue>'),
  /** Only for `distribution`. */
  ORIGIN_ACCESS_CONTROL: z.string().min(1).optional(),
};

process.exitCode = main();

function main(): number {
  try {
    const { positionals } = parseArgs({ allowPositionals: true });
    const config = parseConfig(variables, process.env);
    const [queueName = '', account = ''] = config.SQS_QUEUE_URL.split('/').reverse();
    const documents = awsDocuments({
      region: config.S3_REGION,
      account,
      uploadsBucket: config.UPLOADS_BUCKET,
      mediaBucket: config.MEDIA_BUCKET,
      queueName,
      originAccessControl: config.ORIGIN_ACCESS_CONTROL,
    });
    const document = documents.get(positionals[0] ?? '');
    if (document === undefined || positionals.length > 1) {
      const names = [...new Set([...documents.keys(), 'distribution (with ORIGIN_ACCESS_CONTROL)'])].join(', ');
      throw new ConfigError(`Name one document: ${names}`);
    }
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}
