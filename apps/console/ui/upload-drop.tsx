import { useNavigate } from '@tanstack/react-router';
import { useMayChange } from '../client/session.js';
import { DropArea, type DropAreaProps } from './drop-area.js';
import { handOver } from './dropped-files.js';

/** A drop area on any page: it goes to the upload page, which begins with what was dropped. */
export function UploadDrop({ children, isCompact = false, title }: Omit<DropAreaProps, 'onFiles' | 'isSingle'>) {
  const navigate = useNavigate();
  const mayChange = useMayChange();
  return (
    <DropArea
      {...(title === undefined ? {} : { title })}
      isCompact={isCompact}
      isDisabled={!mayChange}
      onFiles={(files) => {
        handOver(files);
        void navigate({ to: '/upload' });
      }}
    >
      {mayChange ? children : 'You may look at files, but not add any.'}
    </DropArea>
  );
}
