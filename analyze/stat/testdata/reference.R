# Reference values for the tests of package stat, from R's own functions:
#
#   Rscript reference.R > reference.jsonl
#
# Made with R 4.2.2 (base and stats alone). Each line is one call: its name, the
# R call that gave the values, the data, and what R answered. The samples are
# drawn with a seed and rounded, so that the file holds exactly what R was given.

number <- function(v) ifelse(is.infinite(v), ifelse(v > 0, '"Inf"', '"-Inf"'), sprintf("%.17g", v))
list_of <- function(v) paste0("[", paste(number(v), collapse = ","), "]")
emit <- function(what, call, x, y = numeric(), args = numeric(), want) {
  cat(sprintf('{"what":"%s","call":"%s","x":%s,"y":%s,"args":%s,"want":%s}\n',
    what, call, list_of(x), list_of(y), list_of(args), list_of(want)))
}
set.seed(1979)
sample_of <- function(n, mean, sd, digits) round(rnorm(n, mean, sd), digits)
positive <- function(n, center, sd) round(center * exp(rnorm(n, 0, sd)), 6)

# --- Mann-Whitney -----------------------------------------------------------
whitney <- function(x, y, exact) {
  p <- wilcox.test(x, y, exact = exact, correct = TRUE)$p.value
  emit("MannWhitney", sprintf("wilcox.test(x, y, exact=%s, correct=TRUE)$p.value", exact), x, y, want = p)
}
# R's own example (Hollander and Wolfe 1973, 69f): permeability of the human chorioamnion.
whitney(c(0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46), c(1.15, 0.88, 0.90, 0.74, 1.21), TRUE)
for (n in list(c(7, 12), c(12, 7), c(20, 33), c(50, 50), c(50, 60), c(60, 50))) {
  x <- positive(n[1], 10, .1); y <- positive(n[2], 10.4, .1)
  stopifnot(!anyDuplicated(c(x, y)))
  whitney(x, y, TRUE)
}
# Beyond the exact sizes: without ties above 50, with ties above 25.
for (n in list(c(51, 51), c(51, 80), c(90, 55))) {
  x <- positive(n[1], 10, .1); y <- positive(n[2], 10.4, .1)
  stopifnot(!anyDuplicated(c(x, y)))
  whitney(x, y, FALSE)
}
for (n in list(c(26, 26), c(26, 40), c(41, 27), c(100, 70))) {
  for (digits in 0:1) whitney(sample_of(n[1], 10, 2, digits), sample_of(n[2], 11, 2, digits), FALSE)
}
whitney(rep(c(1, 2), c(20, 10)), rep(c(1, 2), c(9, 21)), FALSE) # two values alone
whitney(rep(1:30, 1), rep(1:30, 1), FALSE)                      # U is its mean
x <- rep(1:30, 1); whitney(x, c(x[-1], 31), FALSE)

# --- Hodges-Lehmann ---------------------------------------------------------
# On logarithms, as ratios; the level is what qwilcox and qsignrank reach.
hodges <- function(n1, n2, level) {
  old <- positive(n1, 10, .1); new <- positive(n2, 10.4, .1)
  t <- wilcox.test(log(new), log(old), conf.int = TRUE, conf.level = level, exact = TRUE)
  q <- qwilcox((1 - level) / 2, n1, n2)
  reached <- 1 - 2 * pwilcox(q - 1, n1, n2)
  emit("HodgesLehmann", "exp(wilcox.test(log(y), log(x), conf.int=TRUE, exact=TRUE)), 1-2*pwilcox(qwilcox(a/2,n,m)-1,n,m)",
    old, new, level, c(exp(t$estimate), exp(t$conf.int), reached))
}
for (level in c(.9, .95, .99)) for (n in list(c(5, 5), c(6, 9), c(9, 6), c(13, 10), c(20, 20), c(49, 30))) hodges(n[1], n[2], level)
paired <- function(n, level) {
  old <- positive(n, 10, .3); new <- round(old * exp(rnorm(n, .03, .05)), 6)
  t <- wilcox.test(log(new) - log(old), conf.int = TRUE, conf.level = level, exact = TRUE)
  q <- qsignrank((1 - level) / 2, n)
  reached <- 1 - 2 * psignrank(q - 1, n)
  emit("PairedHodgesLehmann", "exp(wilcox.test(log(y)-log(x), conf.int=TRUE, exact=TRUE)), 1-2*psignrank(qsignrank(a/2,n)-1,n)",
    old, new, level, c(exp(t$estimate), exp(t$conf.int), reached))
}
for (level in c(.9, .95, .99)) for (n in c(8, 9, 12, 25, 49)) paired(n, level)
# Beyond the exact sizes only the ranks are approximated: the exact ones.
for (n in list(c(51, 51), c(60, 75), c(120, 55), c(300, 200))) for (level in c(.9, .95, .99))
  emit("rankSumCut", "qwilcox((1-level)/2, n1, n2)", numeric(), numeric(), c(n, level), qwilcox((1 - level) / 2, n[1], n[2]))
for (n in c(50, 51, 60, 99, 200)) for (level in c(.9, .95, .99))
  emit("signedRankCut", "qsignrank((1-level)/2, n)", numeric(), numeric(), c(n, level), qsignrank((1 - level) / 2, n))

# --- Sign flips -------------------------------------------------------------
# With sizes that are all 1 the test is the binomial one.
for (k in c(19, 17, 25)) emit("SignFlipOnes", "binom.test(k, n)$p.value", numeric(), numeric(), c(k, 30), binom.test(k, 30)$p.value)
for (k in c(58, 66, 43)) emit("SignFlipOnes", "binom.test(k, n)$p.value", numeric(), numeric(), c(k, 100), binom.test(k, 100)$p.value)
# All signs, each with its own regression.
adjusted <- function(n, effect) {
  speed <- rnorm(n, 0, .1)
  c <- round(2 * speed + rnorm(n, 0, .04), 6); d <- round(effect + speed + rnorm(n, 0, .02), 6)
  fit <- function(s) { # the t value of coef(summary(lm(s*d ~ s*c)))[1, ], which is slow
    x <- cbind(1, s * c); f <- .lm.fit(x, s * d)
    abs(f$coefficients[1]) / sqrt(sum(f$residuals^2) / (n - 2) * chol2inv(chol(crossprod(x)))[1, 1])
  }
  stopifnot(abs(fit(rep(1, n)) / abs(coef(summary(lm(d ~ c)))[1, 3]) - 1) < 1e-9)
  seen <- fit(rep(1, n)); hits <- 0
  for (pattern in 0:(2^n - 1)) {
    s <- ifelse(bitwAnd(pattern, bitwShiftL(1L, 0:(n - 1))) != 0, -1, 1)
    if (fit(s) >= seen * (1 - 1e-9)) hits <- hits + 1
  }
  emit("SignFlipAdjusted", "share of all 2^n sign vectors s with abs(coef(summary(lm(s*x ~ s*y)))[1, 3]) as large", d, c, n, hits / 2^n)
  if (n != 17) emit("Adjusted", "x - coef(lm(x ~ y))[2]*y", d, c, numeric(), d - coef(lm(d ~ c))[2] * c)
}
adjusted(6, .02); adjusted(9, .01); adjusted(12, .01); adjusted(16, .005); adjusted(17, .006); adjusted(18, .008)

# --- Relabeling -------------------------------------------------------------
relabel <- function(n1, n2, shift) {
  old <- positive(n1, 10, .1); new <- positive(n2, 10 * exp(shift), .1)
  v <- c(log(old), log(new)); v <- v - mean(v)
  sums <- abs(combn(n1 + n2, n1, function(i) sum(v[i])))
  emit("OverallUnpaired", "mean(abs(combn(n1+n2, n1, function(i) sum(v[i]))) >= abs(sum(v[1:n1]))), v: centered logs",
    old, new, numeric(), mean(sums >= abs(sum(v[1:n1])) - 1e-12))
}
relabel(4, 4, .1); relabel(5, 7, .08); relabel(7, 5, .08); relabel(6, 8, .05); relabel(2, 98, .15); relabel(2, 99, .15); relabel(8, 9, .05); relabel(10, 10, .06)

# --- Trend and serial dependence --------------------------------------------
kendall <- function(x, exact) {
  s <- sum(outer(seq_along(x), seq_along(x), function(i, j) (i < j) * sign(x[j] - x[i])))
  p <- cor.test(seq_along(x), x, method = "kendall", exact = exact, continuity = TRUE)$p.value
  emit("MannKendall", sprintf("sum(sign)/choose(n,2), cor.test(seq_along(x), x, method='kendall', exact=%s, continuity=TRUE)$p.value", exact),
    x, want = c(s / choose(length(x), 2), p))
}
for (n in c(3, 5, 9, 20, 49)) kendall(positive(n, 10, .1) + .02 * (1:n), TRUE)
kendall(positive(51, 10, .1) + .01 * (1:51), FALSE)
kendall(positive(80, 10, .1) - .01 * (1:80), FALSE)
for (n in c(8, 12, 30, 60)) kendall(sample_of(n, 10, 2, 0) + floor(1:n / 8), FALSE)
kendall(c(1, 2, 2, 3, 3, 3, 4, 1, 5), FALSE)
for (n in c(3, 4, 10, 40)) { x <- sample_of(n, 10, 2, 3); emit("Lag1", "acf(x, lag.max=1)$acf[2]", x, want = acf(x, lag.max = 1, plot = FALSE)$acf[2]) }

# --- Welch ------------------------------------------------------------------
welch <- function(n1, n2, s1, s2, level) {
  old <- sample_of(n1, 10, s1, 4); new <- sample_of(n2, 11, s2, 4)
  emit("WelchInterval", "t.test(y, x, conf.level=level)$conf.int", old, new, level, t.test(new, old, conf.level = level)$conf.int)
}
for (level in c(.5, .9, .95, .99, .9999)) { welch(5, 5, 1, 1, level); welch(4, 9, 1, 6, level); welch(2, 2, 1, 9, level); welch(2, 12, 3, .01, level); welch(40, 70, 2, 3, level) }
for (d in c(1, 1.3, 2, 3.7, 5, 10, 29.5, 100, 1e4)) for (p in c(.5, .6, .75, .9, .975, .995, .9999, .9999999))
  emit("studentQuantile", "qt(p, df)", numeric(), numeric(), c(p, d), qt(p, d))
for (a in c(.5, 1, 2.5, 14, 60)) for (b in c(.5, 1, 3, 20)) for (x in c(0, .001, .1, .3, .5, .77, .95, .9999, 1))
  emit("regularBeta", "pbeta(x, a, b)", numeric(), numeric(), c(x, a, b), pbeta(x, a, b))
for (p in c(1e-9, .001, .025, .05, .3, .5, .8, .975, .999999)) emit("normalQuantile", "qnorm(p)", numeric(), numeric(), p, qnorm(p))

# --- Small ones -------------------------------------------------------------
for (n in c(1, 2, 5, 8, 30)) { p <- round(runif(n)^3, 6); emit("Holm", "p.adjust(x, 'holm')", p, want = p.adjust(p, "holm")) }
emit("Holm", "p.adjust(x, 'holm')", c(.01, .01, .04, .04, .02), want = p.adjust(c(.01, .01, .04, .04, .02), "holm"))
for (n in list(c(1, 4), c(6, 5), c(30, 20))) {
  x <- sample_of(n[1], 10, 2, 0); y <- sample_of(n[2], 11, 2, 0)
  emit("CliffsDelta", "2*wilcox.test(y, x)$statistic/(n1*n2) - 1", x, y, want = 2 * suppressWarnings(wilcox.test(y, x)$statistic) / (n[1] * n[2]) - 1)
}
for (n in c(1, 2, 5, 10, 11, 40)) for (q in c(0, .025, .1, .5, .9, .975, 1)) {
  x <- sort(sample_of(n, 10, 2, 3)); emit("quantileSorted", "quantile(x, q, type=7)", x, args = q, want = quantile(x, q, type = 7))
}
for (n in list(c(1, 0), c(5, 5), c(5, 2), c(30, 13), c(30, 17), c(60, 30))) emit("binomial", "choose(n, k)", numeric(), numeric(), n, choose(n[1], n[2]))
decide <- function(old, new, change, alpha, family, paired) {
  spread <- if (paired) var(log(new / old)) else var(log(old)) + var(log(new))
  n <- ceiling(pi / 3 * spread * ((qnorm(1 - alpha / family / 2) + qnorm(.8)) / log1p(change))^2)
  emit("RunsToDecide", "ceiling(pi/3*spread*((qnorm(1-alpha/family/2)+qnorm(.8))/log1p(change))^2)", old, new, c(change, alpha, family, paired), n)
}
for (paired in 0:1) for (family in c(1, 8)) for (change in c(.05, .02)) { old <- positive(10, 10, .15); new <- positive(10, 10, .1); decide(old, new, change, .05, family, paired) }
decide(positive(10, 10, .15), positive(10, 10, .1), .05, .01, 3, 1)

# --- Many questions at once -------------------------------------------------
maxt <- function(n1, n2, m, floor) {
  values <- matrix(sample_of((n1 + n2) * m, 100, 2, 3), nrow = m); values[1, -(1:n1)] <- values[1, -(1:n1)] + 6
  t2 <- function(i) apply(values, 1, function(row) {
    new <- row[i]; old <- row[-i]
    pooled <- ((n1 - 1) * var(old) + (n2 - 1) * var(new)) / (n1 + n2 - 2)
    (mean(new) - mean(old))^2 / (pooled * (1 / n1 + 1 / n2) + floor^2)
  })
  seen <- t2((n1 + 1):(n1 + n2))
  highest <- combn(n1 + n2, n2, function(i) max(t2(i)))
  emit("MaxT", "mean(combn(n1+n2, n2, function(i) max(t^2)) >= t^2), t: pooled, t.test(var.equal=TRUE), floor^2 added to its squared error",
    as.vector(t(values)), numeric(), c(n1, n2, m, floor), sapply(seen, function(s) mean(highest >= s * (1 - 1e-9))))
}
maxt(3, 4, 3, 0); maxt(4, 3, 5, 0); maxt(5, 5, 6, 0); maxt(4, 5, 4, 1.5); maxt(6, 6, 5, .7); maxt(3, 11, 3, 0)
