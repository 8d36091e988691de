import { runService } from '@rushes/shared/service';
import { parsePackagerConfig } from '../../services/packager/src/config.ts';
import { createPackager } from '../../services/packager/src/service.ts';
import { killAt } from './kill-at.ts';

const onStep = killAt(process.argv[2] ?? '');
await runService('packager', parsePackagerConfig, (runtime, config) => createPackager(runtime, config, onStep));
