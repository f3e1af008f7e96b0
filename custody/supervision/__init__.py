"""How processors are supervised: contracts and their stages, check sheets, inspections, certificates, what is due."""
