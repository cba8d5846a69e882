/** Builds the "Pipeline" dashboard of Grafana from the panels' data. */
/* eslint-disable @typescript-eslint/no-deprecated -- the v2 schema needs Grafana 13; provisioning files of today are v1 */
import { DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { pipelineRows } from './panels.ts';
import type { PipelinePanel } from './panels.ts';

/** The provisioned data source (grafana/provisioning/datasources). */
const dataSource = { type: 'prometheus', uid: 'prometheus' } as const;
const gridWidth = 24;
const panelHeight = 8;

export function buildPipelineDashboard(): Dashboard {
  const dashboard = new DashboardBuilder('Pipeline')
    .uid('tidemark-pipeline')
    .description('The path of usage events: gateway, log, raters, store')
    .tags(['tidemark'])
    .refresh('10s')
    .time({ from: 'now-30m', to: 'now' })
    .timezone('browser');
  for (const row of pipelineRows) {
    dashboard.withRow(new RowBuilder(row.title));
    for (const panel of row.panels) {
      dashboard.withPanel(buildPanel(panel, Math.floor(gridWidth / row.panels.length)));
    }
  }
  return dashboard.build();
}

function buildPanel(panel: PipelinePanel, width: number): StatBuilder | TimeseriesBuilder {
  const builder = panel.kind === 'stat' ? new StatBuilder() : new TimeseriesBuilder();
  builder
    .title(panel.title)
    .description(panel.description)
    .unit(panel.unit)
    .datasource(dataSource)
    .height(panelHeight)
    .span(width);
  for (const [index, { expression, legend }] of panel.queries.entries()) {
    builder.withTarget(
      new DataqueryBuilder()
        .refId(String.fromCharCode('A'.charCodeAt(0) + index))
        .expr(expression)
        .legendFormat(legend)
        .datasource(dataSource),
    );
  }
  return builder;
}
