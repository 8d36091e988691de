import { once } from 'node:events';
import { runService } from '@rushes/shared/service';
import type { Step } from '@rushes/shared/stage';
import { parsePackagerConfig } from '../../services/packager/src/config.ts';
import { createPackager } from '../../services/packager/src/service.ts';
import { parseThumbnailerConfig } from '../../services/thumbnailer/src/config.ts';
import { createThumbnailer } from '../../services/thumbnailer/src/service.ts';
import { parseTranscoderConfig } from '../../services/transcoder/src/config.ts';
import { createTranscoder } from '../../services/transcoder/src/service.ts';

/**
 * A stage that stands still at a step of its jobs until its parent process tells it to go on, while its lease is renewed as
 * ever: `stage.ts <stage> <step>`, with a channel to the parent.
 */
const [stage, step] = process.argv.slice(2);

async function onStep(reached: Step): Promise<void> {
  if (reached !== step) return;
  const goOn = once(process, 'message');
  process.send?.(reached);
  await goOn;
}

// A test that died must not leave it behind.
process.once('disconnect', () => process.exit(1));
switch (stage) {
  case 'transcoder':
    await runService(stage, parseTranscoderConfig, (runtime, config) => createTranscoder(runtime, config, onStep));
    break;
  case 'thumbnailer':
    await runService(stage, parseThumbnailerConfig, (runtime, config) => createThumbnailer(runtime, config, onStep));
    break;
  case 'packager':
    await runService(stage, parsePackagerConfig, (runtime, config) => createPackager(runtime, config, onStep));
    break;
  default:
    throw new Error(`there is no stage "${stage}"`);
}
