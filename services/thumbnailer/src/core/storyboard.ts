import type { StoryboardPlan } from './plan.ts';

/**
 * The WebVTT file of a storyboard: for each stretch of the video the part of the sprite to show (media fragments,
 * `#xywh=` in pixels). The sprite is named relative to the file, so a copy of the folder works as well.
 */
export function storyboardVtt(plan: StoryboardPlan, sprite: string): string {
  const { columns, tileWidth, tileHeight } = plan;
  const cues = plan.cues.map(({ start, end, tile }) => {
    const x = (tile % columns) * tileWidth;
    const y = Math.floor(tile / columns) * tileHeight;
    return `${timestamp(start)} --> ${timestamp(end)}\n${sprite}#xywh=${x},${y},${tileWidth},${tileHeight}\n`;
  });
  return `WEBVTT\n\n${cues.join('\n')}`;
}

/** `hh:mm:ss.mmm`; hours grow beyond two digits. */
export function timestamp(seconds: number): string {
  const millis = Math.round(seconds * 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const whole = Math.floor(millis / 1000);
  const hours = two(Math.floor(whole / 3600));
  return `${hours}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}.${String(millis % 1000).padStart(3, '0')}`;
}
