-- A paused phase of a subscription has the negative of its plan version: the same terms without a charge. Such a version is
-- written at the first pause and known to the raters like any other.

alter table plan_versions drop constraint plan_versions_version_check;
alter table plan_versions add constraint plan_versions_version_check check (version <> 0);
