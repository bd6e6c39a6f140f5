"""Large drops (an archive of a school, a folder of thousands): kept at once, read by a job, followed on a page."""
