import type { ClusterSummary } from '@app-network/backstage-plugin-app-network-common';
import { Button, Select, Skeleton, Text } from '@backstage/ui';
import { lazy, Suspense, useMemo, useState } from 'react';
import { usePlan } from '../../hooks/usePlan';
import { SectionPart } from '../SectionPart/SectionPart';
import { Applied } from './Applied';
import { ApplyPlan } from './ApplyPlan';
import styles from './PlatformChange.module.css';
import { PlanError } from './PlanError';
import { PlanView } from './PlanView';
import {
  fieldProblems,
  placeProblems,
  readSpec,
  type PlacedProblem,
} from './specFields';
import {
  PROFILES,
  specText,
  startingSpec,
  type ProfileName,
} from './startingSpec';

const SpecEditor = lazy(() => import('./SpecEditor'));

/** The specification, what it would do, and its approval. */
export function ChangeForm(props: { cluster: ClusterSummary }) {
  const { cluster } = props;
  // What others do meanwhile must not write into the text; the plan tells.
  const [isNew] = useState(cluster.platform === undefined);
  const [text, setText] = useState(() =>
    isNew ? startingSpec('development') : specText(cluster.platform?.spec),
  );
  const [syntax, setSyntax] = useState<PlacedProblem[]>([]);
  const plan = usePlan(cluster.name);
  const { error, makePlan, discard } = plan;
  const problems = useMemo(
    () => [...syntax, ...placeProblems(text, fieldProblems(error))],
    // The text has moved on since the problems were found; they go with the next plan.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [syntax, error],
  );

  if (plan.isApplied) {
    return <Applied cluster={cluster} />;
  }
  const edit = (next: string) => {
    setText(next);
    setSyntax([]);
    discard();
  };
  const planText = () => {
    const read = readSpec(text);
    if ('spec' in read) {
      setSyntax([]);
      void makePlan({ spec: read.spec });
    } else {
      setSyntax(read.problems);
    }
  };
  return (
    <>
      <div className={styles.stack}>
        {isNew && (
          <ProfilePicker onChange={profile => edit(startingSpec(profile))} />
        )}
        <div>
          <Text as="h3" variant="title-small" weight="bold">
            Specification
          </Text>
          <Text as="p" variant="body-medium" color="secondary">
            What the NetworkPlatform of this cluster shall be, as YAML. Nothing
            is written before you have seen the plan.
          </Text>
        </div>
        <Suspense fallback={<Skeleton width="100%" height="16rem" />}>
          <SpecEditor
            label="Specification"
            value={text}
            problems={problems}
            onChange={edit}
          />
        </Suspense>
        {problems.length > 0 && (
          <ul
            className={styles.problems}
            role="alert"
            aria-label="What is wrong"
          >
            {problems.map(({ message, from }) => (
              <li key={message}>{`Line ${lineOf(text, from)}: ${message}`}</li>
            ))}
          </ul>
        )}
        {problems.length === 0 && error !== undefined && (
          <PlanError state={plan} onPlan={planText} />
        )}
        <div className={styles.actions}>
          <Button
            variant={plan.plan ? 'secondary' : 'primary'}
            isPending={plan.pending === 'plan'}
            onPress={planText}
          >
            Plan
          </Button>
          {plan.pending === 'plan' && (
            <Text variant="body-medium" color="secondary" role="status">
              The charts are rendered and compared with the cluster. This takes
              a few seconds.
            </Text>
          )}
        </div>
      </div>
      {plan.plan && (
        <SectionPart title="Plan">
          <PlanView plan={plan.plan} />
          <ApplyPlan state={plan} onApply={plan.apply} />
        </SectionPart>
      )}
    </>
  );
}

function ProfilePicker(props: { onChange: (profile: ProfileName) => void }) {
  return (
    <Select
      className={styles.profile}
      label="Start from a profile"
      options={[...PROFILES]}
      defaultValue="development"
      onChange={key => props.onChange(key as ProfileName)}
    />
  );
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
