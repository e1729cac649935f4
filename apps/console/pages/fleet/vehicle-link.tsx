import { PageLink } from '../../ui/link.js';

/** A vehicle's id, which leads to its history. */
export function VehicleLink({ id }: { readonly id: string }) {
  return (
    <PageLink
      to="/datasets/$name"
      params={{ name: 'vehicle-status' }}
      search={{ view: 'vehicles', vehicle: id }}
      className="mono"
      size="sm"
    >
      {id}
    </PageLink>
  );
}
