//
// The two ends of a run: what is asked for, and what came out
//

include { paramProblems; readSheet             } from '../utils_schema'
include { rowProblems; toGroups; toSamples      } from '../utils_samplesheet'

// Problems between parameters, each of which is right alone
def choiceProblems(given) {
    def problems = []
    def binners = given.binners.toString().tokenize(',')
    if (given.abundance_unit == 'rpkm' && ('genomeface' in binners || 'deepmetabin' in binners)) {
        problems << '--abundance_unit: only VAMB takes rpkm. Leave the unit at depth, or the other binners out (--binners vamb).'
    }
    given.findAll { name, path -> name ==~ /genomeface_\w+_weights/ && path }.each { name, path ->
        def (weights, card) = weightFiles(path)
        if (weights.exists() && !card.exists()) {
            problems << "--${name}: '${card.name}' is not beside '${weights.name}'. latentbin-genomeface train writes both; keep them together.".toString()
        }
    }
    return problems
}

// Groups and samples of the samplesheet; stops with every problem of parameters and sheet at once
def readInput(given, schema, sheet_schema) {
    def problems = paramProblems(given, schema)
    problems += choiceProblems(given)
    def sheet = given.input ? file(given.input, glob: false) : null
    def rows = []
    if (sheet?.exists()) {
        def (read, sheet_problems) = readSheet(sheet, sheet_schema)
        rows = read
        problems += sheet_problems + rowProblems(rows, sheet.name, given.separator?.toString())
    }
    if (problems) {
        def what = problems.size() == 1 ? 'One problem' : "${problems.size()} problems"
        error("${what} with what was given:\n  - ${problems.join('\n  - ')}\n(--help lists the parameters)")
    }
    return [groups: toGroups(rows, given.separator?.toString()), samples: toSamples(rows)]
}

// Weights of a network and the JSON beside them, or []
def weightFiles(path) {
    return path ? [path, path.toString().replaceFirst(/\.npz$/, '.json')].collect { name -> file(name, glob: false) } : []
}

// Versions of everything that ran, as YAML: process, then program and version
def versionsText(versions, workflow) {
    def lines = versions
        .collect { process, program, version -> [process.tokenize(':')[-1], program, version.trim()] }
        .unique()
        .groupBy { process, _program, _version -> process }
        .collect { process, entries -> "${process}:\n" + entries.collect { entry -> "    ${entry[1]}: '${entry[2]}'\n" }.join() }
    return lines.join() + "Workflow:\n    ${workflow.manifest.name}: '${workflow.manifest.version}'\n    Nextflow: '${workflow.nextflow.version}'\n"
}

def readJson(path) {
    return path ? new groovy.json.JsonSlurper().parseText(path.text) : [:]
}

// Counts whole, fractions with three decimals
def shown(value) {
    return value instanceof Number && !(value instanceof Integer) && !(value instanceof Long) ? String.format('%.3f', value as double) : value ?: 0
}

// One line for each group and binner: bins, how good they are by single-copy genes, and how they
// compare with the truth if there is one
def resultsText(results) {
    def figures = [
        near_complete_genomes: 'near_complete',
        medium_quality_genomes: 'medium_quality',
        precision_bp: 'precision_bp',
        recall_bp: 'recall_bp',
        adjusted_rand_bp: 'adjusted_rand_bp',
    ]
    def judged = results.any { result -> result[4] }
    def header = ['group', 'binner', 'bins', 'near_complete_bins', 'medium_quality_bins', 'binned_bp', 'unbinned_bp'] + (judged ? figures.keySet() : [])
    def rows = results.collect { group, binner, bins, quality, evaluation ->
        def found = readJson(bins)
        // medium-quality bins are counted as medium-quality genomes are: with the near-complete ones
        def classes = readJson(quality).classes ?: [NC: 0, MQ: 0]
        def metrics = readJson(evaluation).metrics ?: [:]
        [group, binner, shown(found.bins?.bins), classes.NC, classes.NC + classes.MQ, shown(found.bins?.bp), shown(found.unbinned?.bp)] + (judged ? figures.values().collect { name -> shown(metrics[name]) } : [])
    }
    return ([header] + rows)*.join('\t').join('\n') + '\n'
}
