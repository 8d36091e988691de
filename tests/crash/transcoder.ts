import { runService } from '@rushes/shared/service';
import { parseTranscoderConfig } from '../../services/transcoder/src/config.ts';
import { createTranscoder } from '../../services/transcoder/src/service.ts';
import { killAt } from './kill-at.ts';

const onStep = killAt(process.argv[2] ?? '');
await runService('transcoder', parseTranscoderConfig, (runtime, config) => createTranscoder(runtime, config, onStep));
