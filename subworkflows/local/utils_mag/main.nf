//
// Results of nf-core/mag as rows of our samplesheet: a group for each assembly, with the depths that
// mag worked out for its own binners, or else with the BAMs of --save_assembly_mapped_reads.
//

// Columns of mag's --assembly_input
def magAssemblyColumns() {
    def text = [type: 'string']
    def columns = [id: text, group: text, assembler: text, fasta: [type: 'string', format: 'file-path', exists: true]]
    return [items: [properties: columns, required: ['id', 'assembler', 'fasta']]]
}

// Assemblies that mag made: [assembler, id, FASTA]; scaffolds rather than contigs where it kept both,
// as mag does
def assembliesOfMag(results) {
    def found = files("${results}/Assembly/*/*.{fa,fasta}.gz", type: 'file').collectMany { path ->
        def assembler = path.parent.name
        def name = path.name =~ /^(.+?)-(.+?)(?:[._](contigs|scaffolds|assembly))?\.(?:fa|fasta)\.gz$/
        name.matches() && name.group(1) == assembler ? [[assembler, name.group(2), path, name.group(3) == 'scaffolds' ? 0 : 1]] : []
    }
    return found
        .groupBy { assembler, id, _path, _rank -> [assembler, id] }
        .collect { _key, same -> same.sort { assembly -> assembly[3] }[0][0..2] }
        .sort { a, b -> a[0..1].join(' ') <=> b[0..1].join(' ') }
}

// [rows, problems]. `given` has the rows of --assembly_input, of assemblies that mag did not make.
def readMag(results, given) {
    def assemblies = assembliesOfMag(results) + given.collect { row -> [row.assembler, row.id, row.fasta] }
    def rows = []
    assemblies.each { assembler, id, fasta ->
        def group = "${assembler}-${id}".toString()
        def empty = [group: group, assembly: fasta, fastq_1: null, fastq_2: null, bam: null, depth: null]
        def depths = file("${results}/GenomeBinning/depths/contigs/${group}-depth.txt.gz", glob: false)
        def bams = files("${results}/Assembly/${assembler}/QC/${id}/${group}-*.bam", type: 'file').sort { bam -> bam.name }
        if (depths.exists()) {
            rows << empty + [sample: 'all', depth: depths]
        }
        else if (bams) {
            bams.each { bam -> rows << empty + [sample: bam.baseName - "${group}-".toString(), bam: bam] }
        }
        else {
            log.warn("${group}: nf-core/mag left neither ${depths.name} nor BAMs; it is not binned.")
        }
    }
    if (rows) {
        log.info("Of nf-core/mag: ${rows*.group.unique().join(', ')}")
    }
    def problems = []
    if (!assemblies) {
        problems << "--mag_results: '${results}' has no Assembly/<assembler>/<assembler>-<sample>*.fa.gz. Expected the --outdir of nf-core/mag; name assemblies that mag was given with --mag_assemblies.".toString()
    }
    else if (!rows) {
        problems << "--mag_results: '${results}' has neither GenomeBinning/depths/contigs/*-depth.txt.gz of its assemblies nor BAMs. Run nf-core/mag with a binner, or with --save_assembly_mapped_reads.".toString()
    }
    return [rows.withIndex(1).collect { row, number -> [line: number] + row }, problems]
}
