//
// What the rows of a samplesheet must agree on, and what they say: groups, samples, files.
//

// Reads, a BAM, or a depth table: which of them a row has
def rowKinds(row) {
    return ['reads', 'bam', 'depth'].findAll { kind -> kind == 'reads' ? (row.fastq_1 || row.fastq_2) : row[kind] }
}

// Text between sample and contig, or null: the contigs of the group come from one assembly
def groupSeparator(rows, separator) {
    return separator ?: (rows*.assembly.unique().size() > 1 ? '~' : null)
}

// Problems between the rows of the sheet, whose cells have been checked one by one
def rowProblems(rows, sheet, separator) {
    def problems = rows.collectMany { row ->
        def where = "${sheet}, line ${row.line} (sample ${row.sample})"
        def kinds = rowKinds(row)
        def found = []
        if (!kinds) {
            found << "${where}: has no reads, BAM or depth table. Fill in fastq_1 (and fastq_2), bam or depth."
        }
        if (kinds.size() > 1) {
            found << "${where}: has ${kinds.join(' and ')}. Give one of them; leave the other cells empty."
        }
        if (row.fastq_2 && !row.fastq_1) {
            found << "${where}: has fastq_2 without fastq_1. Single-end reads go into fastq_1."
        }
        return found
    }
    rows.findAll { row -> row.group }.groupBy { row -> row.group }.each { group, members ->
        problems += groupProblems(group, members, sheet, groupSeparator(members, separator))
    }
    return problems*.toString()
}

def lineNumbers(rows) {
    return rows*.line.join(', ')
}

// Problems inside one group
def groupProblems(group, rows, sheet, separator) {
    def problems = []
    rows.groupBy { row -> row.sample }.each { sample, same ->
        if (sample && same.size() > 1) {
            problems << "${sheet}, lines ${lineNumbers(same)}: sample '${sample}' stands more than once in group '${group}'. Give each row its own sample name."
        }
    }
    def uses = rows.collectMany { row -> [row.fastq_1, row.fastq_2, row.bam, row.depth].findAll().collect { path -> [path, row] } }
    uses.groupBy { path, _row -> path }.each { path, same ->
        if (same.size() > 1) {
            problems << "${sheet}, lines ${lineNumbers(same*.get(1))}: '${path}' is used more than once in group '${group}'."
        }
    }
    def assemblies = rows.findAll { row -> row.assembly }.groupBy { row -> row.assembly }
    if (assemblies.size() > 1) {
        assemblies.each { path, same ->
            if (same.size() > 1) {
                problems << "${sheet}, lines ${lineNumbers(same)}: share '${path}' while other rows of group '${group}' have other assemblies. A group has one assembly for all rows, or another one for each."
            }
        }
        rows.findAll { row -> row.sample && (row.sample + separator).indexOf(separator) != row.sample.size() }.each { row ->
            problems << "${sheet}, line ${row.line}: sample '${row.sample}' contains the separator '${separator}', which must stand between sample and contig only. Rename it, or choose another --separator."
        }
    }
    return problems
}

// One element per group: [meta, samples, assemblies]; one assembly if all rows share it.
// meta.separator is null where bins are not split by sample.
def toGroups(rows, separator) {
    return rows.groupBy { row -> row.group }.collect { group, members ->
        def meta = [id: group, n_samples: members.size(), separator: groupSeparator(members, separator)]
        [meta, members*.sample, members*.assembly.unique()]
    }
}

// One element per row: [meta, kind, files]. meta.id is the file name of what is made of it;
// meta.order keeps the order of the sheet.
def toSamples(rows) {
    return rows.withIndex().collect { row, index ->
        def kind = rowKinds(row)[0]
        def files = kind == 'reads' ? [row.fastq_1, row.fastq_2].findAll() : row[kind]
        [[id: "${row.group}.${row.sample}".toString(), sample: row.sample, group: row.group, order: index, single_end: kind == 'reads' && !row.fastq_2], kind, files]
    }
}
