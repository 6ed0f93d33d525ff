"""Pages for people at the runner's API: what it answers, server-rendered, behind the same guard, by the same code.

======================  ==========================================================================
``site``                all pages put together for the application, and the bodies that they take
``page``                one page rendered: navigation, who is logged in, headers, the form token
``forms``               the token that every form carries, checked before any page acts
``refusals``            a refusal as a page, or the way to the login
``files``               style sheet and scripts, by digest
``wording``             states, modes, times, money and counts as people read them
``login``               in with an API key, out again
``runs_list``           all runs, by filters, with states that keep themselves fresh
``run_new``             a new run: form (``run_form``), plan, start; ``problems`` stand beside the fields
``run_site``            the pages of runs and experiments put together
``run_page``            one run: live progress, scores (``run_view``, ``run_reads``, ``run_words``, ``score_plot``)
``run_actions``         cancel, collect, try again, delete: asked once more
``pair_pages``          pairs and verdicts (``pair_rows``, ``pair_view``, ``essay_names``)
``compare_page``        runs picked and held against each other (``compare_view``)
``experiment_new``      a new experiment: form (``experiment_form``), plan, start
``experiment_pages``    their list and grid (``experiment_view``, ``scatter_plot``); ``experiment_actions``
``axis``                where values lie in a plot
``packages``            packages of essays, what is in them, and what each can be used for (``uses``)
``preflight``           whether all that runs need is there
======================  ==========================================================================

Pages act by the functions behind the API's routes and show the API's own views, so that neither rules nor
numbers can differ. Texts come in as text and are escaped by the templates; no script or style stands in a page.
"""
