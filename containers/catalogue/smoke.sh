latentbin-catalogue --assembly /data/S1.fna.gz /data/S2.fna.gz --sample S1 S2 --output catalogue.fna.gz
cmp catalogue.fna.gz /data/catalogue.fna.gz
