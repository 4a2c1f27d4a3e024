//
// What is asked for: parameters and samplesheet of any workflow, checked as one
//

include { paramProblems; readSheet             } from '../utils_schema'
include { rowProblems; toGroups; toSamples     } from '../utils_samplesheet'
include { proteomeProblems; toRuns; toStudies  } from '../utils_proteomics'
include { taxonomyProblems; toDatasets         } from '../utils_taxonomy'
include { magAssemblyColumns; readMag          } from '../utils_mag'

// Parameters that were changed and do nothing in this workflow; a group of the schema may be of some
def idleProblems(given, schema) {
    def idle = schema['$defs'].values().findAll { group -> group.workflow && !(given.workflow in [group.workflow].flatten()) }
    return idle.collectMany { group ->
        group.properties
            .findAll { name, spec -> given[name] != null && given[name].toString() != spec['default'].toString() }
            .collect { name, _spec -> "--${name}: is of --workflow ${[group.workflow].flatten().join(' or ')} and does nothing in ${given.workflow}. Leave it out.".toString() }
    }
}

// Problems between parameters, each of which is right alone
def choiceProblems(given, schema) {
    if (!(given.workflow in schema['$defs'].input_output_options.properties.workflow['enum'])) {
        return []
    }
    def problems = idleProblems(given, schema)
    if (!given.input && !given.mag_results) {
        def other = given.workflow == 'binning' ? ', or --mag_results for those of nf-core/mag' : ''
        problems << "--input: is required (a samplesheet${other}).".toString()
    }
    if (given.input && given.mag_results) {
        problems << '--input, --mag_results: give one of them.'
    }
    if (given.mag_assemblies && !given.mag_results) {
        problems << '--mag_assemblies: needs --mag_results, where their depths are.'
    }
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

// What the samplesheet says: groups and samples, studies and runs, or data sets; stops with every
// problem of parameters and sheet at once. `sheet_schemas` has the schema of each workflow's sheet.
def readInput(given, schema, sheet_schemas) {
    def problems = paramProblems(given, schema)
    problems += choiceProblems(given, schema)
    def sheet_schema = sheet_schemas[given.workflow]
    def sheet = given.input && sheet_schema ? file(given.input, glob: false) : null
    def rows = []
    if (sheet?.exists()) {
        def (read, sheet_problems) = readSheet(sheet, sheet_schema)
        rows = read
        problems += sheet_problems
        problems += sheetProblems(given, rows, sheet.name)
    }
    if (given.mag_results && !problems) {
        def (read, mag_problems) = magRows(given)
        rows = read
        problems += mag_problems
    }
    if (problems) {
        def what = problems.size() == 1 ? 'One problem' : "${problems.size()} problems"
        error("${what} with what was given:\n  - ${problems.join('\n  - ')}\n(--help lists the parameters)")
    }
    return [
        groups: given.workflow == 'binning' ? toGroups(rows, given.separator?.toString()) : [],
        samples: given.workflow == 'binning' ? toSamples(rows) : [],
        studies: given.workflow == 'proteomics' ? toStudies(rows) : [],
        runs: given.workflow == 'proteomics' ? toRuns(rows) : [],
        datasets: given.workflow == 'taxonomy' ? toDatasets(rows) : [],
    ]
}

// What nf-core/mag left, as rows of our samplesheet: [rows, problems]
def magRows(given) {
    def sheet = given.mag_assemblies ? file(given.mag_assemblies, glob: false) : null
    def (assemblies, sheet_problems) = sheet ? readSheet(sheet, magAssemblyColumns()) : [[], []]
    if (sheet_problems) {
        return [[], sheet_problems]
    }
    def (rows, problems) = readMag(file(given.mag_results, glob: false), assemblies)
    return [rows, problems + rowProblems(rows, '--mag_results', given.separator?.toString())]
}

// Problems between the cells of the sheet of any workflow
def sheetProblems(given, rows, sheet) {
    if (given.workflow == 'proteomics') {
        return proteomeProblems(rows, sheet)
    }
    if (given.workflow == 'taxonomy') {
        return taxonomyProblems(rows, sheet, given.taxonomy_model)
    }
    return rowProblems(rows, sheet, given.separator?.toString())
}

// Weights of a network and the JSON beside them, or []
def weightFiles(path) {
    return path ? [path, path.toString().replaceFirst(/\.npz$/, '.json')].collect { name -> file(name, glob: false) } : []
}
