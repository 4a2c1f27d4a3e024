//
// What came out of a run, as text: versions, the summary of each workflow, and why a study stops.
// Includes nothing: several scripts include it.
//

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

// Fractions with three decimals; empty where nothing is known
def cell(value) {
    return value instanceof Boolean || value == null ? '' : value instanceof CharSequence ? value.toString() : value ? shown(value) : '0'
}

// One line for each study: its samples, their labels and what they follow, how well a classifier
// tells them, and what to know of them
def studiesText(entries) {
    def studies = entries.groupBy { study, _kind, _what -> study }
    def spectra = entries.any { _study, kind, _what -> kind == 'identification' }
    def columns = ['study'] + (spectra ? ['ms2_spectra', 'psms', 'peptides', 'protein_groups'] : []) + [
        'samples', 'proteins', 'labels', 'noise', 'eps', 'eps_by', 'tune_v_measure', 'follows', 'follows_ami',
        'class_v_measure', 'batch_v_measure', 'donor_v_measure',
        'classifier_of', 'split_by', 'accuracy', 'accuracy_sd', 'largest_class', 'new_samples', 'note',
    ]
    def rows = studies.collect { study, found ->
        def of = found.findAll { _study, kind, _what -> kind != 'note' }.collectEntries { _study, kind, what -> [kind, readJson(what)] }
        def notes = found.findAll { _study, kind, _what -> kind == 'note' }.collect { _study, _kind, note -> note }.sort()
        def kinds = ['identification', 'proteome', 'labels', 'classifier', 'predictions']
        def (spotted, table, labels, trained, predicted) = kinds.collect { kind -> of[kind] ?: [:] }
        def follows = labels.follows ?: [:]
        def scores = trained.scores ?: [:]
        def values = [
            study: study,
            ms2_spectra: spotted.spectra?.ms2,
            psms: spotted.psms?.accepted,
            peptides: spotted.peptides?.accepted,
            protein_groups: spotted.proteins?.accepted,
            samples: table.samples?.in_table ?: spotted.samples?.size(),
            proteins: table.proteins?.kept,
            labels: labels.labels,
            noise: labels.noise,
            eps: labels.eps,
            eps_by: labels.eps_by,
            tune_v_measure: labels.tune?.v_measure,
            follows: labels.follows_most,
            follows_ami: follows[labels.follows_most]?.adjusted_mutual_info,
            class_v_measure: follows['class']?.v_measure,
            batch_v_measure: follows.batch?.v_measure,
            donor_v_measure: follows.donor?.v_measure,
            classifier_of: trained.targets,
            split_by: trained.split_by,
            accuracy: scores.network?.get('out-of-fold')?.accuracy,
            accuracy_sd: scores.network?.get('cross-validation')?.accuracy_sd,
            largest_class: scores['largest class']?.get('out-of-fold')?.accuracy,
            new_samples: predicted.samples,
            note: notes.join(' | '),
        ]
        columns.collect { name -> cell(values[name]) }
    }
    return ([columns] + rows)*.join('\t').join('\n') + '\n'
}

// A table with its columns as lines, for the screen; those that say nothing are left out
def linesText(text) {
    def columns = text.readLines().collect { line -> line.split('\t', -1).toList() }.transpose().findAll { cells -> cells.drop(1).any() }
    def widths = columns.transpose()*.collect { cell -> cell.size() }*.max()
    return columns.collect { cells -> cells.withIndex().collect { cell, at -> cell.padRight(widths[at]) }.join('  ').trim() }.join('\n')
}

// What one must know of a study, by the report of any of its steps
def studyNotes(report) {
    def found = readJson(report)
    def notes = []
    def plain = found.accepted_by_estimate?.plain?.psms
    if (plain && found.psms.accepted == 0) {
        notes << "no PSM is within a rate of ${found.fdr} by (decoys + 1) / targets, ${plain} are by decoys / targets (--spectra_fdr_estimate plain)"
    }
    if (found.eps_by?.startsWith('knee')) {
        notes << 'eps is a guess, for want of tune samples of two classes: look at labels/eps.png'
    }
    if (found.eps_by == 'tune samples' && found.tune.v_measure < 0.5) {
        notes << "even at the best eps the labels tell little of the classes of the tune samples (V-measure ${shown(found.tune.v_measure)})"
    }
    if (found.labels > 1 && found.follows?.get('class') && found.follows_most != 'class') {
        notes << "the labels follow ${found.follows_most ? "the ${found.follows_most} rather than the class" : 'nothing that is known'}"
    }
    // of labels or classes that the scores say nothing of
    notes.addAll((found.notes ?: []).findAll { note -> note.startsWith('class ') }.collect { note -> "classifier: ${note}" })
    return notes*.toString()
}

// Samples that an autoencoder needs (latentbin-proteome embed)
def fewestSamples() {
    return 8
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

// One line for each model of each data set with labels: how it was judged, and what its split leaks;
// and one for each other data set: contigs and bins that have a taxon at the finest rank
def taxonomyText(entries) {
    def columns = [
        'dataset', 'model', 'rank', 'split_by', 'train_contigs', 'judged_contigs', 'accuracy', 'macro_f1', 'calibration_error',
        'never_predicted', 'contigs', 'with_taxon', 'bins', 'bins_with_taxon', 'leaks',
    ]
    def rows = entries.groupBy { dataset, model, _kind, _what -> [dataset, model] }.collect { key, found ->
        def of = found.collectEntries { _dataset, _model, kind, what -> [kind, readJson(what)] }
        def (trained, judged, predicted, voted) = ['training', 'evaluation', 'predictions', 'bins'].collect { kind -> of[kind] ?: [:] }
        def taxa = lastOf(predicted.predicted)
        def scores = lastOf(judged.ranks) ?: [:]
        def values = [
            dataset: key[0],
            model: key[1] ?: predicted.model,
            rank: (judged.ranks ?: predicted.predicted ?: [:]).keySet().toList().reverse().find(),
            split_by: judged.split?.by,
            train_contigs: trained.contigs?.train,
            judged_contigs: scores.contigs,
            accuracy: scores.accuracy,
            macro_f1: scores.macro_f1,
            calibration_error: scores.calibration_error,
            never_predicted: scores.never_predicted,
            contigs: predicted.contigs,
            with_taxon: taxa ? predicted.contigs - (taxa.unknown ?: 0) : null,
            bins: voted.bins,
            bins_with_taxon: lastOf(voted.bins_with_taxon),
            leaks: judged.split?.leaks,
        ]
        columns.collect { name -> cell(values[name]) }
    }
    return ([columns] + rows)*.join('\t').join('\n') + '\n'
}

// What a map, in the order of a file, has last: the finest of ranks
def lastOf(map) {
    return map ? map.values().toList()[-1] : null
}

// The report with the run times of its steps, the longest first, in the place that it has for them
def withRunTimes(page, trace) {
    def lines = trace.readLines()
    def columns = lines[0].split('\t').toList()
    def tasks = lines.drop(1).collect { line -> [columns, line.split('\t', -1).toList()].transpose().collectEntries() }
    def steps = tasks
        .findAll { task -> task.status in ['COMPLETED', 'CACHED'] }
        .groupBy { task -> task.name.tokenize(' ')[0].tokenize(':')[-1] }
        .collect { name, found ->
            def times = found.collect { task -> task.realtime ==~ /\d.*/ ? nextflow.util.Duration.of(task.realtime).toMillis() : 0L }
            def memory = found.collect { task -> task.peak_rss ==~ /\d.*[A-Z]/ ? nextflow.util.MemoryUnit.of(task.peak_rss).toBytes() : 0L }
            [name, found.size(), times.sum(), times.max(), memory.max()]
        }
        .sort { step -> -step[2] }
    def rows = steps.collect { name, n, whole, longest, memory ->
        [name, n, nextflow.util.Duration.of(whole), nextflow.util.Duration.of(longest), memory ? String.format('%.2f', memory / (1 << 30)) : '']
    }
    def cells = rows.collect { row -> "<tr>${row.collect { value -> "<td>${value}</td>" }.join()}</tr>" }.join()
    def header = ['Step', 'Tasks', 'Time of all', 'Longest task', 'Most memory, GiB'].collect { name -> "<th>${name}</th>" }.join()
    return page.replace('<!-- run times -->', "<div class=\"lb-scroll\"><table class=\"lb-table\"><tr>${header}</tr>${cells}</table></div>")
}
