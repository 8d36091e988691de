import { runService } from '@rushes/shared/service';
import { parseUploadApiConfig } from './config.ts';
import { createUploadApi } from './service.ts';

await runService('upload-api', parseUploadApiConfig, createUploadApi);
