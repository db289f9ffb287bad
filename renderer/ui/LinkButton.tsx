import {
  ActionIcon,
  type ActionIconProps,
  Button,
  type ButtonProps,
  Menu,
  type MenuItemProps,
} from '@mantine/core'
import { createLink } from '@tanstack/react-router'
import type { ComponentPropsWithRef } from 'react'

type Anchored<P> = P & Omit<ComponentPropsWithRef<'a'>, keyof P>

/** What looks like a button but leads to a place is an anchor that the router knows. */
export const LinkButton = createLink((props: Anchored<ButtonProps>) => <Button component="a" {...props} />)
export const LinkIcon = createLink((props: Anchored<ActionIconProps>) => (
  <ActionIcon component="a" {...props} />
))
export const LinkItem = createLink((props: Anchored<MenuItemProps>) => <Menu.Item component="a" {...props} />)
