import { NumberInput, Select } from '@mantine/core'
import {
  instancesSchema,
  mostInstances,
  type SizeName,
  sizeNames,
  sizeWords,
  toSizeText,
} from '../../shared/domain/size.ts'

const choices = sizeNames.map(name => ({ value: name, label: `${sizeWords[name]} · ${toSizeText(name)}` }))

/** What one instance may take. */
export function SizeField({ value, choose }: { value: SizeName; choose: (size: SizeName) => void }) {
  return (
    <Select
      label="Size"
      description="The most that one instance gets."
      value={value}
      data={choices}
      allowDeselect={false}
      styles={{ wrapper: { maxWidth: 320 } }}
      onChange={size => {
        const found = sizeNames.find(one => one === size)
        if (found !== undefined) choose(found)
      }}
    />
  )
}

/** How many there are. `set` gets null for what is no such number. */
export function InstancesField({
  value,
  set,
}: {
  value: number | null
  set: (instances: number | null) => void
}) {
  return (
    <NumberInput
      label="Instances"
      description="Requests are shared among them."
      value={value ?? ''}
      min={1}
      max={mostInstances}
      allowDecimal={false}
      error={value === null ? `From 1 to ${mostInstances}.` : null}
      styles={{ wrapper: { maxWidth: 320 } }}
      onChange={given => {
        const parsed = instancesSchema.safeParse(given)
        set(parsed.success ? parsed.data : null)
      }}
    />
  )
}
