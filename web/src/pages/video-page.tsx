import type { VideoView } from '@rushes/shared/video';
import { ArrowLeft } from 'lucide-react';
import { useMemo } from 'react';
import { type Answer, reprocessVideo } from '../api/client.ts';
import { toEntries } from '../core/history.ts';
import { videoPath } from '../core/routes.ts';
import { doingOf } from '../core/status.ts';
import { stepsOf } from '../core/steps.ts';
import { deleteWithUndo, useHidden } from '../state/deletions.ts';
import { navigate } from '../state/navigation.ts';
import { tellTrouble } from '../state/toasts.ts';
import { useVideo, type Watched } from '../state/video.ts';
import { ConnectionNote } from '../ui/connection-note.tsx';
import { Link } from '../ui/link.tsx';
import { Stage } from '../ui/stage.tsx';
import { useTitle } from '../ui/title.ts';
import { VideoHead } from '../ui/video-head.tsx';
import { VideoAside, VideoDetails } from './video-details.tsx';
import { VideoGone, VideoSkeleton, VideoTrouble } from './video-states.tsx';
import './video-page.css';

export function VideoPage({ id }: { id: string }) {
  const watched = useVideo(id);
  const hidden = useHidden();
  const { video, trouble, connected } = watched;
  useTitle(video?.title ?? 'Video');
  return (
    <main className="page" id="content">
      <Link href="/" className="back">
        <ArrowLeft aria-hidden="true" />
        Library
      </Link>
      <ConnectionNote connected={connected || trouble !== null} />
      {trouble !== null && video === null ? <VideoTrouble trouble={trouble} onRetry={watched.retry} /> : null}
      {trouble === null && video === null ? <VideoSkeleton /> : null}
      {video === null ? null : video.status === 'deleted' || hidden.has(id) ? (
        <VideoGone />
      ) : (
        <Content video={video} watched={watched} />
      )}
    </main>
  );
}

function Content({ video, watched }: { video: VideoView; watched: Watched }) {
  const entries = useMemo(() => toEntries(watched.events), [watched.events]);
  const steps = stepsOf(video, entries);
  const reprocess = () => void makeAnew(video, watched.accept);
  const remove = () => {
    deleteWithUndo(video, () => navigate(videoPath(video.id)));
    navigate('/');
  };
  return (
    <div className="video-layout">
      <div className="video-main">
        <Stage video={video} steps={steps} onReprocess={reprocess} />
        <VideoHead video={video} onSaved={watched.accept} onReprocess={reprocess} onDelete={remove} />
        <VideoDetails video={video} entries={entries} onReprocess={reprocess} />
      </div>
      <VideoAside video={video} steps={steps} />
      <p className="visually-hidden" role="status">
        {doingOf(video)}
      </p>
    </div>
  );
}

async function makeAnew(video: VideoView, accept: (answer: Answer<VideoView>) => void): Promise<void> {
  try {
    accept(await reprocessVideo(video.id));
  } catch (error) {
    tellTrouble('It could not be made anew', error);
  }
}
