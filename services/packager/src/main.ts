import { runService } from '@rushes/shared/service';
import { parsePackagerConfig } from './config.ts';
import { createPackager } from './service.ts';

await runService('packager', parsePackagerConfig, (runtime, config) => createPackager(runtime, config));
