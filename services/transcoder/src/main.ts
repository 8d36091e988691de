import { runService } from '@rushes/shared/service';
import { parseTranscoderConfig } from './config.ts';
import { createTranscoder } from './service.ts';

await runService('transcoder', parseTranscoderConfig, (runtime, config) => createTranscoder(runtime, config));
