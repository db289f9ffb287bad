import { useQuery } from '@tanstack/react-query'
import { api } from '../../connection/api.ts'

/** Asked when a page of the cluster opens, and when somebody asks again; nothing is asked of a cluster by time. */
export const useSurvey = (id: string) =>
  useQuery({ ...api.clusters.survey.queryOptions({ input: { id } }), staleTime: 10_000 })
