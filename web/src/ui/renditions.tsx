import type { VideoView } from '@rushes/shared/video';
import { codecName, formatBitrate, formatBytes, formatRate } from '../core/format.ts';
import './tables.css';

/** The sizes and codecs a viewer may get. */
export function Renditions({ renditions }: { renditions: VideoView['renditions'] }) {
  const measured = renditions.some(({ vmaf }) => vmaf != null);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: on a phone it scrolls sideways, with the keyboard too.
    <section className="table-scroll" aria-label="Renditions, a table" tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Codec</th>
            <th scope="col">Picture</th>
            <th scope="col">Rate</th>
            <th scope="col">Average</th>
            <th scope="col">Size</th>
            {measured ? (
              <th scope="col" title="Likeness to the source at the same size, 0 to 100">
                VMAF
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {renditions.map(({ id, codec, codecs, width, height, fps, bitrate, size, vmaf }) => (
            <tr key={id}>
              <th scope="row" title={codecs}>
                {codecName(codec)} {Math.min(width, height)}p
              </th>
              <td className="mono">
                {width}×{height}
              </td>
              <td className="mono">{formatRate(fps)} fps</td>
              <td className="mono">{formatBitrate(bitrate)}</td>
              <td className="mono">{formatBytes(size)}</td>
              {measured ? <td className="mono">{vmaf == null ? '–' : vmaf.toFixed(1)}</td> : null}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
