import type { VideoView } from '@rushes/shared/video';
import { Pencil } from 'lucide-react';
import { useState } from 'react';
import type { Answer } from '../api/client.ts';
import { formatAge, formatClock, spokenDuration } from '../core/format.ts';
import { activityOf } from '../core/status.ts';
import { useNow } from './clock.ts';
import { EditForm } from './edit-form.tsx';
import { StatusBadge } from './status-badge.tsx';
import { VideoMenu } from './video-menu.tsx';

interface VideoHeadProps {
  video: VideoView;
  onSaved: (answer: Answer<VideoView>) => void;
  onReprocess: () => void;
  onDelete: () => void;
}

/** Title, what may be done, and what a person wrote. */
export function VideoHead({ video, onSaved, onReprocess, onDelete }: VideoHeadProps) {
  const [editing, setEditing] = useState(false);
  if (editing) {
    return (
      <section className="edit" aria-label="Edit">
        <h1 className="visually-hidden">{video.title}</h1>
        <EditForm video={video} onSaved={onSaved} onClose={() => setEditing(false)} />
      </section>
    );
  }
  return (
    <section className="video-head" aria-label="About this video">
      <div className="video-title-row">
        <h1>{video.title}</h1>
        <div className="video-actions">
          <button type="button" className="button" onClick={() => setEditing(true)}>
            <Pencil aria-hidden="true" />
            Edit
          </button>
          <VideoMenu video={video} onReprocess={onReprocess} onDelete={onDelete} />
        </div>
      </div>
      <VideoLine video={video} />
      {video.description === '' ? null : <p className="video-description">{video.description}</p>}
      {video.tags.length === 0 ? null : (
        <ul className="tags" aria-label="Tags">
          {video.tags.map((tag) => (
            <li key={tag} className="tag">
              {tag}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function VideoLine({ video }: { video: VideoView }) {
  const now = useNow();
  return (
    <p className="video-line">
      <StatusBadge status={video.status} />
      {video.durationSeconds === null ? null : (
        <span className="mono">
          <span className="visually-hidden">{spokenDuration(video.durationSeconds)}</span>
          <span aria-hidden="true">{formatClock(video.durationSeconds)}</span>
        </span>
      )}
      <span className="quiet">{formatAge(video.createdAt, now)}</span>
      {/* Where the picture shows the video itself, this is the only place that says what is still being made. */}
      {video.playback === null || video.progress === null ? null : (
        <span className="quiet video-activity">{activityOf(video)}</span>
      )}
    </p>
  );
}
