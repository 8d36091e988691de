import { runService } from '@rushes/shared/service';
import { parseIngestConfig } from './config.ts';
import { createIngest } from './service.ts';

await runService('s3-event-ingest', parseIngestConfig, createIngest);
