import { runService } from '@rushes/shared/service';
import { parseThumbnailerConfig } from '../../services/thumbnailer/src/config.ts';
import { createThumbnailer } from '../../services/thumbnailer/src/service.ts';
import { killAt } from './kill-at.ts';

const onStep = killAt(process.argv[2] ?? '');
await runService('thumbnailer', parseThumbnailerConfig, (runtime, config) =>
  createThumbnailer(runtime, config, onStep),
);
