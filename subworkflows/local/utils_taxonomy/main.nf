//
// What the rows of a taxonomy samplesheet must agree on, and what they say: data sets.
//

// Problems between the cells of the sheet, which have been checked one by one. `model`: that of
// --taxonomy_model, or null
def taxonomyProblems(rows, sheet, model) {
    def names = rows.findAll { row -> row.labels }*.dataset
    def problems = rows.collectMany { row ->
        def where = "${sheet}, line ${row.line} (data set ${row.dataset})"
        def found = []
        if (row.labels && row.trained_by) {
            found << "${where}: has labels, which a model is trained on, and trained_by. Leave one of them empty."
        }
        if (!row.labels && !row.trained_by && !model) {
            found << "${where}: has neither labels nor a model. Fill in labels, or in trained_by a data set that has them, or give --taxonomy_model."
        }
        if (row.trained_by && !(row.trained_by in names)) {
            found << "${where}: trained_by is '${row.trained_by}', which is no data set with labels. ${names ? "Those are: ${names.join(', ')}." : 'There is none.'}"
        }
        if (row.labels && row.contig2bin) {
            found << "${where}: has labels and bins. Bins are labelled in rows without labels; put them into another row."
        }
        if (row.quality && !row.contig2bin) {
            found << "${where}: has the quality of bins, but not its bins. Fill in contig2bin."
        }
        return found
    }
    rows.findAll { row -> row.dataset }.groupBy { row -> row.dataset }.each { name, same ->
        if (same.size() > 1) {
            problems << "${sheet}, lines ${same*.line.join(', ')}: data set '${name}' stands more than once. Give each row its own name."
        }
    }
    return problems*.toString()
}

// One element per row: [meta, files]. meta.trained_by is the data set whose model tells its taxa, or
// '' for that of --taxonomy_model; a file that is not there is [], as a process wants it.
def toDatasets(rows) {
    return rows.collect { row ->
        def files = ['labels', 'contig2bin', 'quality'].collectEntries { name -> [name, row[name] ?: []] }
        [[id: row.dataset, trained_by: row.trained_by ?: ''], files + [contigs: row.contigs]]
    }
}
