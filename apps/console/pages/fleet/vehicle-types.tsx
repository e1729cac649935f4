import { Bars } from '../../charts/bars.js';
import type { VehicleProfile } from '../../generated/api.js';
import { EmptyNote } from '../../ui/notes.js';
import styles from './fleet.module.css';
import { typeColour } from './measures.js';
import { useFleet } from './use-fleet.js';

/** What a vehicle detected, by type. */
export function VehicleTypes({ vehicle }: { readonly vehicle: VehicleProfile }) {
  const types = useFleet().data?.detections.objectTypes ?? [];
  return (
    <div className={styles['card']}>
      {vehicle.detections.byType.length === 0 ? (
        <EmptyNote title="It never detected anything" />
      ) : (
        <Bars
          title="What it detected: objects by type"
          bars={vehicle.detections.byType.map(({ objectType, objects }) => ({
            label: objectType,
            value: Number(objects),
          }))}
          unit="objects"
          axis="type"
          height={170}
          colour={(type) => typeColour(types, type)}
        />
      )}
    </div>
  );
}
