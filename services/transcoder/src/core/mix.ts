import type { SourceAudio } from '@rushes/shared/events';

/** Channels of the extra track that keeps surround sound. */
export const SURROUND_CHANNELS = 6;

/**
 * Surround sound to stereo by ITU-R BS.775 weights, 3 dB lower so that it does not clip; ffmpeg's own mixing would be
 * 8 dB lower. Layouts we have no weights for are left to it.
 */
const TO_STEREO: Readonly<Record<string, string>> = {
  '5.0': 'FL=0.707*FL+0.5*FC+0.5*BL|FR=0.707*FR+0.5*FC+0.5*BR',
  '5.0(side)': 'FL=0.707*FL+0.5*FC+0.5*SL|FR=0.707*FR+0.5*FC+0.5*SR',
  '5.1': 'FL=0.707*FL+0.5*FC+0.5*BL|FR=0.707*FR+0.5*FC+0.5*BR',
  '5.1(side)': 'FL=0.707*FL+0.5*FC+0.5*SL|FR=0.707*FR+0.5*FC+0.5*SR',
  '6.1': 'FL=0.707*FL+0.5*FC+0.5*SL+0.354*BC|FR=0.707*FR+0.5*FC+0.5*SR+0.354*BC',
  '6.1(back)': 'FL=0.707*FL+0.5*FC+0.5*BL+0.354*BC|FR=0.707*FR+0.5*FC+0.5*BR+0.354*BC',
  '7.1': 'FL=0.707*FL+0.5*FC+0.5*SL+0.5*BL|FR=0.707*FR+0.5*FC+0.5*SR+0.5*BR',
};

/**
 * To the 5.1 that AAC has a channel configuration for, whose surrounds ffmpeg calls back ones. What stands between or beside
 * them is added at -3 dB, so that it keeps its power.
 */
const TO_SURROUND: Readonly<Record<string, string>> = {
  '5.1': 'FL=FL|FR=FR|FC=FC|LFE=LFE|BL=BL|BR=BR',
  '5.1(side)': 'FL=FL|FR=FR|FC=FC|LFE=LFE|BL=SL|BR=SR',
  '6.1': 'FL=FL|FR=FR|FC=FC|LFE=LFE|BL=SL+0.707*BC|BR=SR+0.707*BC',
  '6.1(back)': 'FL=FL|FR=FR|FC=FC|LFE=LFE|BL=BL+0.707*BC|BR=BR+0.707*BC',
  '7.1': 'FL=FL|FR=FR|FC=FC|LFE=LFE|BL=0.707*SL+0.707*BL|BR=0.707*SR+0.707*BR',
};

/** Whether a stream has the channels of 5.1, all of them known by name. */
export function isSurround(stream: SourceAudio): boolean {
  return Object.hasOwn(TO_SURROUND, stream.layout ?? '');
}

/** Filters from a decoded stream to so many channels (1, 2 or 6). Nothing is added that the stream does not have. */
export function mixTo(channels: number, stream: SourceAudio | undefined): string[] {
  const layout = stream?.layout ?? '';
  if (channels === SURROUND_CHANNELS) return [...pan('5.1', TO_SURROUND[layout]), format('5.1')];
  if (channels === 1) return [format('mono')];
  return [...pan('stereo', TO_STEREO[layout]), format('stereo')];
}

function pan(layout: string, weights: string | undefined): string[] {
  return weights === undefined ? [] : [`pan=${layout}|${weights}`];
}

function format(layout: string): string {
  return `aformat=sample_fmts=fltp:channel_layouts=${layout}`;
}
