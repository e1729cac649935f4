import { useQuery } from '@tanstack/react-query';
import { call } from '../../client/call.js';
import { getTaskSettings } from '../../generated/api.js';
import { QueryView } from '../../ui/query-view.js';
import { SettingsForm } from './settings-form.js';
import { SettingsVersions } from './settings-versions.js';
import styles from './task-page.module.css';

/** What is set for a task at run time, and its versions. */
export function SettingsTab({ name }: { readonly name: string }) {
  const query = useQuery({
    queryKey: ['task-settings', name],
    queryFn: ({ signal }) => call(getTaskSettings({ name }, { signal })),
    refetchInterval: 15_000,
  });
  return (
    <QueryView query={query} what="the settings">
      {(settings) => (
        <div className={styles['settings']}>
          <SettingsForm settings={settings} />
          <SettingsVersions name={name} current={settings.version} />
        </div>
      )}
    </QueryView>
  );
}
