//
// What the rows of a proteomics samplesheet must agree on, and what they say: studies and their
// files; and what a study must have to go on.
//

include { lineNumbers } from '../utils_samplesheet'
include { readJson    } from '../utils_reports'

// Samples that an autoencoder needs (latentbin-proteome embed)
def fewestSamples() {
    return 8
}

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
        problems << "${sheet}, lines ${lineNumbers(tables)}: study '${study}' has several tables. Join them into one, or make them studies of their own."
    }
    if (tables && runs) {
        problems << "${sheet}, lines ${lineNumbers(rows)}: study '${study}' has a table and spectra. Make them two studies."
    }
    if (runs && !rows.any { row -> row.fasta }) {
        problems << "${sheet}, lines ${lineNumbers(runs)}: study '${study}' has spectra without proteins to search. Fill in fasta."
    }
    if (rows.any { row -> row.new_samples } && !rows.any { row -> row.new_table }) {
        problems << "${sheet}, lines ${lineNumbers(rows)}: study '${study}' has new_samples without new_table."
    }
    ['sample', 'mzml'].each { name ->
        runs.groupBy { row -> row[name] }.each { value, same ->
            if (value && same.size() > 1) {
                problems << "${sheet}, lines ${lineNumbers(same)}: ${name} '${value}' stands more than once in study '${study}'."
            }
        }
    }
    studyFiles().each { name ->
        def given = rows*.get(name).findAll().unique()
        if (given.size() > 1) {
            problems << "${sheet}, lines ${lineNumbers(rows)}: study '${study}' has several files in ${name} (${given.join(', ')}). Give one, in any of its rows or in all."
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

// Why a study is not labelled, or null
def whyNoLabels(n_samples) {
    def found = n_samples == 1 ? 'there is 1' : "there are ${n_samples}"
    return n_samples < fewestSamples() ? "no labels: they need ${fewestSamples()} samples, ${found}".toString() : null
}

// Why there is no classifier, or null: it needs two labels (or classes) with two samples each
def whyNoClassifier(target, labels, report) {
    def sizes = target == 'class'
        ? readJson(report).samples?.classes ?: [:]
        : labels.readLines().drop(1).collect { line -> line.split('\t')[1] }.findAll { label -> label != 'noise' }.countBy { label -> label }
    def enough = sizes.count { _name, n -> n >= 2 }
    def found = sizes ? sizes.collect { name, n -> "${name}: ${n}" }.join(', ') : 'none'
    return enough < 2 ? "no classifier: it needs two ${target == 'class' ? 'classes' : 'labels'} of two samples each, found ${found}".toString() : null
}

// What a reader of the labels must know first
def labelNotes(report) {
    def found = readJson(report)
    def notes = []
    if (found.eps_by?.startsWith('knee')) {
        notes << 'eps is a guess, for want of tune samples of two classes: look at labels/eps.png'
    }
    if (found.follows?.get('class') && found.follows_most != 'class') {
        notes << "the labels follow ${found.follows_most ? "the ${found.follows_most} rather than the class" : 'nothing that is known'}".toString()
    }
    return notes
}

// Why nothing was identified, where the other estimate would take something
def identificationNotes(report) {
    def found = readJson(report)
    def plain = found.accepted_by_estimate?.plain?.psms
    def nothing = found.psms?.accepted == 0 && plain
    return nothing ? ["no PSM is within ${found.fdr * 100} % by (decoys + 1) / targets, ${plain} are by decoys / targets (--spectra_fdr_estimate plain)".toString()] : []
}
