import { Button, Text } from '@mantine/core';
import { IconSparkles } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMayChange } from '../../client/session.js';
import { handOver } from '../../ui/dropped-files.js';
import { tellFault } from '../../ui/notices.js';

/** Drops the sample files into the inbox, and goes where one watches them. */
export function SampleButton() {
  const navigate = useNavigate();
  const mayChange = useMayChange();
  const take = useMutation({
    mutationFn: async () => (await import('./sample-files.js')).fetchSamples(),
    onSuccess: (files) => {
      handOver(files);
      void navigate({ to: '/upload' });
    },
    onError: (error) => tellFault('The samples were not fetched', error),
  });
  return (
    <>
      <Text size="sm">
        Twelve images, twelve minutes of the data sample, and six reports of vehicles go into the folder{' '}
        <code>samples</code> of the inbox. Within seconds they are loaded, and you see how.
      </Text>
      <Button
        leftSection={<IconSparkles size={15} aria-hidden />}
        loading={take.isPending}
        disabled={!mayChange}
        onClick={() => take.mutate()}
        style={{ alignSelf: 'flex-start' }}
      >
        Drop in the sample files
      </Button>
    </>
  );
}
