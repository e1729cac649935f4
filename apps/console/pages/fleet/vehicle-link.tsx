import type { Texts } from '../../shell/search-text.js';
import { PageLink } from '../../ui/link.js';

/** What the list of vehicles is narrowed by: it stays in the address of one of them, for the way back. */
export const vehicleFilters = ({ status, hasAccident, reported }: Texts): Texts => ({ status, hasAccident, reported });

/** A vehicle's id, which leads to its history. */
export function VehicleLink({ id }: { readonly id: string }) {
  return (
    <PageLink
      to="/datasets/$name"
      params={{ name: 'vehicle-status' }}
      search={(texts: Texts) => ({ ...vehicleFilters(texts), view: 'vehicles', vehicle: id })}
      className="mono"
      size="sm"
    >
      {id}
    </PageLink>
  );
}
