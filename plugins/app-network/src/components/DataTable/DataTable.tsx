import {
  Cell,
  Column,
  Row,
  TableBody,
  TableHeader,
  TableRoot,
} from '@backstage/ui';
import type { ReactNode } from 'react';
import styles from './DataTable.module.css';

/** A column; `width` is a CSS width, columns without share what is left. */
export interface DataColumn {
  id: string;
  label: string;
  width?: string;
  isRowHeader?: boolean;
}

/** A row: what to show in each column. */
export interface DataRow {
  id: string;
  cells: Record<string, ReactNode>;
}

/** A short table whose cells wrap, and stand below each other where there is little room, so that nothing a person needs is cut off. */
export function DataTable(props: {
  label: string;
  columns: DataColumn[];
  rows: DataRow[];
}) {
  const { label, columns, rows } = props;
  return (
    <div className={styles.scroll}>
      <TableRoot aria-label={label} className={styles.table}>
        <TableHeader className={styles.header}>
          {columns.map(column => (
            <Column
              key={column.id}
              id={column.id}
              isRowHeader={column.isRowHeader}
              className={styles.column}
              style={{ width: column.width }}
            >
              {column.label}
            </Column>
          ))}
        </TableHeader>
        <TableBody>
          {rows.map(row => (
            <Row key={row.id} id={row.id} className={styles.row}>
              {columns.map(column => (
                <Cell
                  key={column.id}
                  className={styles.cell}
                  data-label={column.label}
                >
                  {row.cells[column.id]}
                </Cell>
              ))}
            </Row>
          ))}
        </TableBody>
      </TableRoot>
    </div>
  );
}
