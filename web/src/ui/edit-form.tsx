import { Field } from '@base-ui/react/field';
import type { VideoView } from '@rushes/shared/video';
import { type FormEvent, useState } from 'react';
import { type Answer, TroubleError, updateVideo } from '../api/client.ts';
import { parseTags, TEXT_LIMITS } from '../core/file.ts';
import type { Trouble } from '../core/problems.ts';
import { Notice } from './notice.tsx';

interface EditFormProps {
  video: VideoView;
  onSaved: (answer: Answer<VideoView>) => void;
  onClose: () => void;
}

/** Title, description and tags in place of their text. */
export function EditForm({ video, onSaved, onClose }: EditFormProps) {
  const [title, setTitle] = useState(video.title);
  const [description, setDescription] = useState(video.description);
  const [tags, setTags] = useState(video.tags.join(', '));
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [saving, setSaving] = useState(false);
  const empty = title.trim() === '';

  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (empty) return;
    setSaving(true);
    try {
      onSaved(await updateVideo(video.id, { title: title.trim(), description, tags: parseTags(tags) }));
      onClose();
    } catch (error) {
      if (!(error instanceof TroubleError)) throw error;
      setTrouble(error.trouble);
    } finally {
      setSaving(false);
    }
  };

  return (
    <form
      className="edit-form"
      onSubmit={save}
      onKeyDown={(event) => (event.key === 'Escape' ? onClose() : undefined)}
      noValidate
    >
      <Field.Root className="field" invalid={empty}>
        <Field.Label className="field-label">Title</Field.Label>
        <Field.Control
          className="input"
          value={title}
          maxLength={TEXT_LIMITS.title}
          onChange={(event) => setTitle(event.target.value)}
          autoFocus
        />
        <Field.Error className="field-error" match={empty}>
          Give it a title.
        </Field.Error>
      </Field.Root>
      <Field.Root className="field">
        <Field.Label className="field-label">Description</Field.Label>
        <Field.Control
          render={<textarea rows={4} />}
          className="input"
          value={description}
          maxLength={TEXT_LIMITS.description}
          onChange={(event) => setDescription(event.target.value)}
        />
      </Field.Root>
      <Field.Root className="field">
        <Field.Label className="field-label">Tags</Field.Label>
        <Field.Control className="input" value={tags} onChange={(event) => setTags(event.target.value)} />
        <Field.Description className="field-hint">Separated by commas, {TEXT_LIMITS.tags} at most.</Field.Description>
      </Field.Root>
      {trouble === null ? null : (
        <Notice tone="bad" urgent title={trouble.title}>
          {trouble.detail}
        </Notice>
      )}
      <div className="edit-actions">
        <button type="submit" className="button button-primary" disabled={saving || empty}>
          {saving ? 'Saving…' : 'Save'}
        </button>
        <button type="button" className="button" onClick={onClose}>
          Leave as it was
        </button>
      </div>
    </form>
  );
}
