import {
  ActionIcon,
  Button,
  Checkbox,
  NumberInput,
  PasswordInput,
  SegmentedControl,
  Select,
  Switch,
  TextInput,
} from '@mantine/core'
import { IconDots, IconPlus, IconSearch } from '@tabler/icons-react'
import { Keys } from '../keyboard/Keys.tsx'
import { Choice } from '../ui/Choice.tsx'
import { EditableWord } from '../ui/EditableWord.tsx'
import { InstancesField, SizeField } from '../ui/ScaleFields.tsx'
import { Section } from './Section.tsx'
import classes from './States.module.css'

const nothing = () => {}

export function ControlStates() {
  return (
    <>
      <Section title="Buttons">
        {(['filled', 'default', 'subtle'] as const).map(variant => (
          <p key={variant} className={classes.line}>
            {[
              {},
              { leftSection: <IconPlus size={15} aria-hidden /> },
              { disabled: true },
              { loading: true },
            ].map(props => (
              <Button
                key={Object.keys(props)[0] ?? 'plain'}
                variant={variant}
                {...(variant === 'subtle' ? { color: 'gray' } : {})}
                {...props}
              >
                Deploy
              </Button>
            ))}
          </p>
        ))}
        <p className={classes.line}>
          <Button size="compact-xs" variant="default">
            Start
          </Button>
          <ActionIcon aria-label="More">
            <IconDots size={16} />
          </ActionIcon>
          <ActionIcon aria-label="More, held" aria-pressed>
            <IconDots size={16} />
          </ActionIcon>
          <ActionIcon aria-label="More, not now" disabled>
            <IconDots size={16} />
          </ActionIcon>
          <Choice
            label="Sort"
            value={'age' as 'age' | 'name'}
            words={{ age: 'age', name: 'name' }}
            choose={nothing}
          />
          <a className="text-link" href="#link">
            A link in a text
          </a>
          <Keys keys="mod+k" />
        </p>
        <p className={classes.line}>
          <SegmentedControl size="xs" data={['Last hour', 'Last day']} aria-label="Time" />
          <Switch label="On" defaultChecked />
          <Switch label="Off" />
          <Switch label="Not now" disabled />
        </p>
      </Section>
      <Section title="Fields">
        <div className={classes.fields}>
          <TextInput label="Name" description="Of the deployment." defaultValue="blog" />
          <TextInput
            label="Name"
            defaultValue="My Blog"
            error="Small letters, digits and hyphens; it begins with a letter."
          />
          <TextInput label="Branch" placeholder="main" leftSection={<IconSearch size={14} aria-hidden />} />
          <TextInput label="Owner" defaultValue="ana" disabled />
          <NumberInput label="Port" defaultValue={70_000} error="A port is a whole number from 1 to 65535." />
          <PasswordInput label="Token" defaultValue="secret" />
          <SizeField value="small" choose={nothing} />
          <InstancesField value={2} set={nothing} />
          <Select label="Owner" data={['ana']} placeholder="Choose one" error="Somebody has to own it." />
          <div>
            <Checkbox
              label="Delete the data too"
              description="Otherwise it is set aside."
              defaultChecked
              mb={12}
            />
            <Checkbox label="Not now" disabled />
          </div>
        </div>
        <p className={classes.line}>
          <span>
            Listening on{' '}
            <EditableWord label="Port" value="3000" origin="package.json" none="which port?" set={nothing} />{' '}
            or <EditableWord label="Port" value="" origin={undefined} none="which port?" set={nothing} />
          </span>
        </p>
      </Section>
    </>
  )
}
