import { runService } from '@rushes/shared/service';
import { parseThumbnailerConfig } from './config.ts';
import { createThumbnailer } from './service.ts';

await runService('thumbnailer', parseThumbnailerConfig, (runtime, config) => createThumbnailer(runtime, config));
