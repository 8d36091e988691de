import type { VideoView } from '@rushes/shared/video';
import { editionOf, growsTo } from '../core/editions.ts';
import { formatTimeLeft } from '../core/format.ts';
import { needsToken, STATUSES, stageDoing } from '../core/status.ts';
import type { Step } from '../core/steps.ts';
import { percentOf } from '../core/upload-state.ts';
import { LazyPlayer } from '../player/lazy-player.tsx';
import { cancel, useUploadOf } from '../state/uploads.ts';
import { FailurePanel } from './failure-panel.tsx';
import { edgePrint, FilmFrame } from './film-frame.tsx';
import { ProgressBar } from './progress-bar.tsx';
import { sendingWords } from './upload-row.tsx';
import './stage.css';

interface StageProps {
  video: VideoView;
  steps: readonly Step[];
  onReprocess: () => void;
}

/** The large picture: the player, or what there is to say until there is one. Its size never changes. */
export function Stage({ video, steps, onReprocess }: StageProps) {
  if (video.playback !== null && needsToken(video)) {
    return (
      <div className="stage">
        <FilmFrame edge={edgePrint(video.id)}>
          <p className="stage-doing">Signed video</p>
          <p className="stage-words">It is made, and plays only with a playback token.</p>
        </FilmFrame>
      </div>
    );
  }
  if (video.playback !== null) {
    return (
      <div className="stage">
        <LazyPlayer
          title={video.title}
          hls={video.playback.hls}
          edition={editionOf(video)}
          growsTo={growsTo(video)}
          poster={video.thumbnails?.poster.jpeg ?? null}
          storyboard={video.thumbnails?.storyboard?.vtt ?? null}
        />
      </div>
    );
  }
  if (video.status === 'failed' && video.error !== null) {
    return <FailurePanel video={video} error={video.error} onReprocess={onReprocess} />;
  }
  return (
    <div className="stage">
      <FilmFrame edge={edgePrint(video.id)}>
        <Waiting video={video} steps={steps} />
      </FilmFrame>
    </div>
  );
}

function Waiting({ video, steps }: { video: VideoView; steps: readonly Step[] }) {
  const upload = useUploadOf(video.id);
  if (upload?.phase.name === 'sending') {
    const percent = percentOf(upload);
    return (
      <>
        <Gauge doing="Uploading" words={sendingWords(upload, upload.phase)} percent={percent} />
        <button type="button" className="button button-small stage-cancel" onClick={() => cancel(upload.key)}>
          Cancel
        </button>
      </>
    );
  }
  if (video.progress !== null) {
    const { stage, tier, percent, secondsLeft } = video.progress;
    const inspecting = steps.find(({ id }) => id === 'inspect')?.state === 'now';
    return (
      <Gauge
        doing={inspecting ? 'Inspecting' : stageDoing(stage, tier)}
        left={formatTimeLeft(secondsLeft)}
        words="You can leave this page; it goes on."
        percent={percent > 0 ? percent : null}
      />
    );
  }
  return (
    <>
      <p className="stage-doing">{STATUSES[video.status].label}</p>
      <p className="stage-words">{STATUSES[video.status].sentence}</p>
    </>
  );
}

interface GaugeProps {
  doing: string;
  words: string;
  percent: number | null;
  left?: string;
}

function Gauge({ doing, words, percent, left = '' }: GaugeProps) {
  return (
    <>
      <p className="stage-percent">{percent === null ? '…' : `${Math.floor(percent)} %`}</p>
      <p className="stage-doing">{doing}</p>
      <div className="stage-bar">
        <ProgressBar label={doing} value={percent} left={left} />
      </div>
      {left === '' ? null : <p className="stage-left">{left}</p>}
      <p className="stage-words">{words}</p>
    </>
  );
}
