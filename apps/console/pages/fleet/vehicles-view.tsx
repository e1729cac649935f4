import { useTexts } from '../../shell/use-texts.js';
import { AccidentPanel } from './accident-panel.js';
import styles from './fleet.module.css';
import { StatusCounts } from './status-counts.js';
import { VehicleHistory } from './vehicle-history.js';
import { VehiclesTable } from './vehicles-table.js';

/** How the vehicles are now, those in accident first; or one vehicle, where the address names it. */
export function VehiclesView() {
  const [texts, setTexts] = useTexts();
  const vehicle = texts['vehicle'];
  if (vehicle) return <VehicleHistory id={vehicle} key={vehicle} />;
  return (
    <>
      <div className={styles['top']}>
        <AccidentPanel />
        <StatusCounts chosen={texts['status']} onChange={(status) => setTexts({ status })} />
      </div>
      <VehiclesTable texts={texts} onChange={setTexts} />
    </>
  );
}
