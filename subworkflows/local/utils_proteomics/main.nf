//
// What the rows of a proteomics samplesheet must agree on, and what they say: studies and runs.
//

// Files that a study has once, in whichever of its rows
def studyFiles() {
    return ['samples', 'fasta', 'new_table', 'new_samples']
}

// Problems between the cells of the sheet, which have been checked one by one
def proteomeProblems(rows, sheet) {
    def problems = rows.collectMany { row ->
        def where = "${sheet}, line ${row.line} (study ${row.study})"
        def found = []
        if (row.table && row.mzml) {
            found << "${where}: has a table and spectra. Give one of them; leave the other cell empty."
        }
        if (!row.table && !row.mzml) {
            found << "${where}: has no table and no spectra. Fill in table, or sample, mzml and fasta."
        }
        if (row.mzml && !row.sample) {
            found << "${where}: has spectra without a name. Fill in sample."
        }
        if (row.mzml && row.format) {
            found << "${where}: has a format, which is that of a table, beside spectra. Leave it empty."
        }
        if (row.table && !row.mzml) {
            found.addAll(['sample', 'fasta'].findAll { name -> row[name] }.collect { name ->
                "${where}: has ${name}, which belongs to spectra, beside a table. Leave it empty."
            })
        }
        return found
    }
    rows.findAll { row -> row.study }.groupBy { row -> row.study }.each { study, members ->
        problems += studyProblems(study, members, sheet)
    }
    return problems*.toString()
}

// Problems inside one study
def studyProblems(study, rows, sheet) {
    def problems = []
    def tables = rows.findAll { row -> row.table }
    def runs = rows.findAll { row -> row.mzml }
    if (tables.size() > 1) {
        problems << "${sheet}, lines ${tables*.line.join(', ')}: study '${study}' has several tables. Join them into one, or make them studies of their own."
    }
    if (tables && runs) {
        problems << "${sheet}, lines ${rows*.line.join(', ')}: study '${study}' has a table and spectra. Make them two studies."
    }
    if (runs && !rows.any { row -> row.fasta }) {
        problems << "${sheet}, lines ${runs*.line.join(', ')}: study '${study}' has spectra without proteins to search. Fill in fasta."
    }
    if (rows.any { row -> row.new_samples } && !rows.any { row -> row.new_table }) {
        problems << "${sheet}, lines ${rows*.line.join(', ')}: study '${study}' has new_samples without new_table."
    }
    ['sample', 'mzml'].each { name ->
        runs.groupBy { row -> row[name] }.each { value, same ->
            if (value && same.size() > 1) {
                problems << "${sheet}, lines ${same*.line.join(', ')}: ${name} '${value}' stands more than once in study '${study}'."
            }
        }
    }
    studyFiles().each { name ->
        def given = rows*.get(name).findAll().unique()
        if (given.size() > 1) {
            problems << "${sheet}, lines ${rows*.line.join(', ')}: study '${study}' has several files in ${name} (${given.join(', ')}). Give one, in any of its rows or in all."
        }
    }
    return problems
}

// One element per study: [meta, files]. meta.runs is how many samples have spectra, 0 with a table;
// a file that is not there is [], as a process wants it.
def toStudies(rows) {
    return rows.groupBy { row -> row.study }.collect { study, members ->
        def runs = members.count { row -> row.mzml }
        def format = runs ? 'matrix' : members[0].format
        def files = studyFiles().collectEntries { name -> [name, members*.get(name).find() ?: []] }
        [[id: study, runs: runs, format: format], files + [table: members[0].table ?: []]]
    }
}

// One element per row with spectra: [meta, mzML]
def toRuns(rows) {
    return rows.findAll { row -> row.mzml }.collect { row -> [[id: row.sample, study: row.study], row.mzml] }
}
