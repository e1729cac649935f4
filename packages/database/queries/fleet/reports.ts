/**
 * The order of a vehicle's reports in time. Of two reports of one instant the later file's stands, and of one file the later
 * one in it, as in fleet.vehicle_status_latest.
 */
export const reportOrder = (table: string): string => `${table}.report_time, ${table}.file_id, ${table}.ordinal`;

/** The same, the latest first. */
export const latestFirst = (table: string): string =>
  `${table}.report_time DESC, ${table}.file_id DESC, ${table}.ordinal DESC`;

/** SQL of a vehicle's latest report: status, report_time, file_id and ordinal; no row if it has none. */
export const latestReport = (vehicle: string): string =>
  `SELECT s.status, s.report_time, s.file_id, s.ordinal FROM fleet.vehicle_status s
   WHERE s.vehicle_id = ${vehicle} ORDER BY ${latestFirst('s')} LIMIT 1`;

/**
 * SQL of when a vehicle got the status that it has: the first report after the last one that says otherwise. Reads back as
 * far as that one.
 * @param latest its latest report
 */
export const statusSince = (vehicle: string, latest: string): string =>
  `SELECT s.report_time FROM fleet.vehicle_status s
   WHERE s.vehicle_id = ${vehicle} AND (${reportOrder('s')}) > (
     SELECT coalesce(max(o.report_time), '-infinity'), coalesce(max(o.file_id), 0), coalesce(max(o.ordinal), 0)
     FROM (SELECT c.report_time, c.file_id, c.ordinal FROM fleet.vehicle_status c
       WHERE c.vehicle_id = ${vehicle} AND c.status <> ${latest}.status ORDER BY ${latestFirst('c')} LIMIT 1) o)
   ORDER BY ${reportOrder('s')} LIMIT 1`;

/** SQL of whether a vehicle ever reported an accident. */
export const hadAccident = (vehicle: string): string =>
  `EXISTS (SELECT FROM fleet.vehicle_status a WHERE a.vehicle_id = ${vehicle} AND a.status = 'accident')`;
