import type {
  PlannedObject,
  PlatformPlan,
} from '@app-network/backstage-plugin-app-network-common';
import { Text } from '@backstage/ui';
import { qualifiedName } from '../NetworkSection/objectName';
import { Notice } from '../Notice/Notice';
import { SectionPart } from '../SectionPart/SectionPart';
import { PlannedObjectList } from './PlannedObjectList';
import { PlannedReleaseTable } from './PlannedReleaseTable';
import styles from './PlatformChange.module.css';

const GROUPS: { action: PlannedObject['action']; title: string }[] = [
  { action: 'Change', title: 'Changed' },
  { action: 'Create', title: 'Created' },
  { action: 'Delete', title: 'Deleted' },
];

/** What a change would do: what stands in its way first, then release by release and object by object. */
export function PlanView(props: { plan: PlatformPlan }) {
  const { plan } = props;
  const { objects, problems, releases, kept } = plan;
  return (
    <>
      <div className={styles.stack}>
        <Text as="p" variant="body-large" weight="bold" aria-live="polite">
          {summaryOf(plan)}
        </Text>
        {problems.map(({ severity, subject, message }) => (
          <Notice
            key={`${subject} ${message}`}
            status={severity === 'Error' ? 'danger' : 'warning'}
            title={subject}
            description={message}
          />
        ))}
      </div>
      {releases.length > 0 && (
        <SectionPart title="Releases">
          <PlannedReleaseTable releases={releases} />
        </SectionPart>
      )}
      {GROUPS.map(({ action, title }) => {
        const group = objects.filter(object => object.action === action);
        return group.length > 0 ? (
          <SectionPart key={action} title={title} hint={countOf(group.length)}>
            <PlannedObjectList objects={group} action={action} />
          </SectionPart>
        ) : null;
      })}
      {kept.length > 0 && (
        <SectionPart title="Kept" hint={countOf(kept.length)}>
          <ul className={styles.kept} aria-label="Objects that are kept">
            {kept.map(({ ref, reason }) => (
              <li key={`${ref.kind} ${qualifiedName(ref)}`}>
                <code className={styles.code}>{qualifiedName(ref)}</code>{' '}
                <Text variant="body-small" color="secondary">
                  {reason}
                </Text>
              </li>
            ))}
          </ul>
        </SectionPart>
      )}
    </>
  );
}

/** A plan in a sentence. */
export function summaryOf({ objects }: PlatformPlan): string {
  if (objects.length === 0) {
    return 'Nothing would change.';
  }
  const count = (action: PlannedObject['action']) =>
    objects.filter(object => object.action === action).length;
  const parts = [
    [count('Create'), 'created'],
    [count('Change'), 'changed'],
    [count('Delete'), 'deleted'],
  ]
    .filter(([number]) => number)
    .map(([number, verb]) => `${number} ${verb}`);
  const list = new Intl.ListFormat('en', { type: 'conjunction' }).format(parts);
  return `${countOf(objects.length)}: ${list}.`;
}

function countOf(count: number): string {
  return count === 1 ? '1 object' : `${count} objects`;
}
