"""The feed lab, the staff page /admin/feeds/lab/: what delivery costs here, and what else it could cost."""
