<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>Policies</name>
    <message>
        <source>A fresh token&apos;s output counts as it was computed. Off: the forecast&apos;s trend since the last full step is added to it as well, as the published code does.</source>
        <translation>Die Ausgabe eines frischen Tokens gilt, wie sie berechnet wurde. Aus: Der vorhergesagte Verlauf seit dem letzten vollen Schritt wird auch zu ihr addiert, wie im veröffentlichten Programm.</translation>
    </message>
    <message>
        <source>A module is computed where the sigmoid of its number is above this, else its stored output is reused. The first step computes everything. 0 computes everything always. Published: 0.1.</source>
        <translation>Ein Modul wird berechnet, wo die Sigmoide seiner Zahl darüber liegt, sonst wird seine gespeicherte Ausgabe wiederverwendet. Der erste Schritt berechnet alles. 0 berechnet immer alles. Veröffentlicht: 0.1.</translation>
    </message>
    <message>
        <source>A reused prediction moves along with the latent, x + (out - in), as published. Off reuses it as it is, which suits models whose predicted velocity hardly changes from step to step.</source>
        <translation>Eine wiederverwendete Vorhersage wandert mit dem Latent mit, x + (out - in), wie veröffentlicht. Aus verwendet sie, wie sie ist; das passt zu Modellen, deren vorhergesagte Geschwindigkeit sich von Schritt zu Schritt kaum ändert.</translation>
    </message>
    <message>
        <source>A table of steps and layers, painted by hand: each module is computed, computed for a share of its tokens, reused or forecast.</source>
        <translation>Eine von Hand gemalte Tabelle aus Schritten und Schichten: Jedes Modul wird berechnet, für einen Teil seiner Tokens berechnet, wiederverwendet oder vorhergesagt.</translation>
    </message>
    <message>
        <source>Accumulated error of the residual&apos;s norm up to which the last residual is used again (delta); 0 computes every step. Published: 0.12 for Open-Sora, 0.06 in diffusers, 0.24 fast.</source>
        <translation>Aufsummierter Fehler der Norm des Residuums, bis zu dem das letzte Residuum wieder verwendet wird (delta); 0 berechnet jeden Schritt. Veröffentlicht: 0.12 für Open-Sora, 0.06 in diffusers, 0.24 schnell.</translation>
    </message>
    <message>
        <source>Adds what a stretch of blocks changed last time instead of running it: the last blocks first, later the first ones.</source>
        <translation>Addiert, was eine Strecke von Blöcken zuletzt geändert hat, statt sie auszuführen: erst die letzten Blöcke, später die ersten.</translation>
    </message>
    <message>
        <source>Age interval</source>
        <translation>Altersintervall</translation>
    </message>
    <message>
        <source>Age weight</source>
        <translation>Gewicht des Alters</translation>
    </message>
    <message>
        <source>Also among the first steps the one after a full step is drafted, as the published code does.</source>
        <translation>Auch unter den ersten Schritten wird der nach einem vollen entworfen, wie im veröffentlichten Programm.</translation>
    </message>
    <message>
        <source>An interval for each module</source>
        <translation>Ein Intervall je Modul</translation>
    </message>
    <message>
        <source>Attention</source>
        <translation>Aufmerksamkeit</translation>
    </message>
    <message>
        <source>Attention from</source>
        <translation>Aufmerksamkeit ab</translation>
    </message>
    <message>
        <source>Attention influence weight</source>
        <translation>Gewicht des Einflusses</translation>
    </message>
    <message>
        <source>Attention interval</source>
        <translation>Intervall der Aufmerksamkeit</translation>
    </message>
    <message>
        <source>Attention is broadcast only at timesteps (1000 = noise, 0 = clean) above this one. Published: 450 for Open-Sora, 100 for Latte.</source>
        <translation>Aufmerksamkeit wird nur bei Zeitschritten (1000 = Rauschen, 0 = sauber) über diesem weitergegeben. Veröffentlicht: 450 für Open-Sora, 100 für Latte.</translation>
    </message>
    <message>
        <source>Attention is broadcast only at timesteps below this one. Published: 930 for Open-Sora, 800 for Latte.</source>
        <translation>Aufmerksamkeit wird nur bei Zeitschritten unter diesem weitergegeben. Veröffentlicht: 930 für Open-Sora, 800 für Latte.</translation>
    </message>
    <message>
        <source>Attention only</source>
        <translation>Nur Aufmerksamkeit</translation>
    </message>
    <message>
        <source>Between full steps the MLP computes one token of each cluster of similar tokens, and the others take over a little of its change.</source>
        <translation>Zwischen vollen Schritten berechnet das MLP ein Token jeder Gruppe ähnlicher Tokens, und die anderen übernehmen ein wenig von dessen Änderung.</translation>
    </message>
    <message>
        <source>Between full steps, computes only the tokens whose stored values would hurt most and reuses the rest.</source>
        <translation>Berechnet zwischen vollen Schritten nur die Tokens, deren gespeicherte Werte am meisten schaden würden, und verwendet die übrigen wieder.</translation>
    </message>
    <message>
        <source>Between full steps, extrapolates every module&apos;s output from how it changed over the last ones.</source>
        <translation>Schreibt zwischen vollen Schritten die Ausgabe jedes Moduls aus dessen Änderung über die letzten fort.</translation>
    </message>
    <message>
        <source>Between full steps, token-wise steps as in ToCa take turns with steps that skip all layers and use the last step&apos;s features.</source>
        <translation>Zwischen vollen Schritten wechseln Schritte je Token wie in ToCa mit solchen ab, die alle Schichten auslassen und die Merkmale des letzten Schritts nehmen.</translation>
    </message>
    <message>
        <source>Blocks jumped over</source>
        <translation>Übersprungene Blöcke</translation>
    </message>
    <message>
        <source>Bold</source>
        <translation>Kühn</translation>
    </message>
    <message>
        <source>Broadcast</source>
        <translation>Weitergabe</translation>
    </message>
    <message>
        <source>Calibration</source>
        <translation>Kalibrierung</translation>
    </message>
    <message>
        <source>Calibration file</source>
        <translation>Kalibrierungsdatei</translation>
    </message>
    <message>
        <source>Careful</source>
        <translation>Vorsichtig</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>Prüfung</translation>
    </message>
    <message>
        <source>Checked layer</source>
        <translation>Geprüfte Schicht</translation>
    </message>
    <message>
        <source>ClusCa: one token of each cluster</source>
        <translation>ClusCa: ein Token je Gruppe</translation>
    </message>
    <message>
        <source>Clustering iterations</source>
        <translation>Durchläufe der Gruppierung</translation>
    </message>
    <message>
        <source>Clusters</source>
        <translation>Gruppen</translation>
    </message>
    <message>
        <source>Coefficients</source>
        <translation>Koeffizienten</translation>
    </message>
    <message>
        <source>Computes attention at fixed intervals inside a window of timesteps, the text&apos;s least often.</source>
        <translation>Berechnet die Aufmerksamkeit in festen Intervallen innerhalb eines Fensters von Zeitschritten, die des Textes am seltensten.</translation>
    </message>
    <message>
        <source>Computes every module in full at fixed intervals and reuses its stored output in between.</source>
        <translation>Berechnet jedes Modul in festen Intervallen voll und verwendet dazwischen seine gespeicherte Ausgabe.</translation>
    </message>
    <message>
        <source>Computes everything at every step: the baseline that gains and fidelity are measured against.</source>
        <translation>Berechnet in jedem Schritt alles: die Grundlage, gegen die Gewinne und Treue gemessen werden.</translation>
    </message>
    <message>
        <source>Computes the first layers, and adds the last residual of the others while the first ones&apos; residual has changed little.</source>
        <translation>Berechnet die ersten Schichten und addiert das letzte Residuum der übrigen, solange sich das der ersten wenig geändert hat.</translation>
    </message>
    <message>
        <source>Cross range</source>
        <translation>Reichweite Kreuz</translation>
    </message>
    <message>
        <source>Cross-attention factor</source>
        <translation>Faktor der Kreuzaufmerksamkeit</translation>
    </message>
    <message>
        <source>Cross-attention interval</source>
        <translation>Intervall der Kreuzaufmerksamkeit</translation>
    </message>
    <message>
        <source>Curve over layers</source>
        <translation>Kurve über Schichten</translation>
    </message>
    <message>
        <source>Curve over steps</source>
        <translation>Kurve über Schritte</translation>
    </message>
    <message>
        <source>Custom schedule</source>
        <translation>Eigener Ablaufplan</translation>
    </message>
    <message>
        <source>Cycle&apos;s step weight</source>
        <translation>Schrittgewicht des Zyklus</translation>
    </message>
    <message>
        <source>DBCache F4B0, fast</source>
        <translation>DBCache F4B0, schnell</translation>
    </message>
    <message>
        <source>DBCache F8B0</source>
        <translation>DBCache F8B0</translation>
    </message>
    <message>
        <source>DBCache: skips the middle by the first block</source>
        <translation>DBCache: lässt die Mitte nach dem ersten Block aus</translation>
    </message>
    <message>
        <source>Decay</source>
        <translation>Abnahme</translation>
    </message>
    <message>
        <source>Decision</source>
        <translation>Entscheidung</translation>
    </message>
    <message>
        <source>DiT, DDIM 50 steps</source>
        <translation>DiT, DDIM 50 Schritte</translation>
    </message>
    <message>
        <source>DiT, DDPM 250 steps</source>
        <translation>DiT, DDPM 250 Schritte</translation>
    </message>
    <message>
        <source>DiT, every fifth step</source>
        <translation>DiT, jeder fünfte Schritt</translation>
    </message>
    <message>
        <source>DiT, every third step</source>
        <translation>DiT, jeder dritte Schritt</translation>
    </message>
    <message>
        <source>DiT, published</source>
        <translation>DiT, veröffentlicht</translation>
    </message>
    <message>
        <source>DiT, without attention maps</source>
        <translation>DiT, ohne Aufmerksamkeitskarten</translation>
    </message>
    <message>
        <source>DiT-XL/2, K = 16</source>
        <translation>DiT-XL/2, K = 16</translation>
    </message>
    <message>
        <source>DiT-XL/2, N = 5, K = 16</source>
        <translation>DiT-XL/2, N = 5, K = 16</translation>
    </message>
    <message>
        <source>DiT-XL/2, sample.py</source>
        <translation>DiT-XL/2, sample.py</translation>
    </message>
    <message>
        <source>DiT-XL/2, sample_ddp.py</source>
        <translation>DiT-XL/2, sample_ddp.py</translation>
    </message>
    <message>
        <source>DiT-XL/2, table and scale</source>
        <translation>DiT-XL/2, Tabelle und Skala</translation>
    </message>
    <message>
        <source>Difference unchanged</source>
        <translation>Differenz unverändert</translation>
    </message>
    <message>
        <source>Drafted steps after a full one before the first is checked. Published: 2 (3).</source>
        <translation>Entworfene Schritte nach einem vollen, ehe der erste geprüft wird. Veröffentlicht: 2 (3).</translation>
    </message>
    <message>
        <source>Drafted steps in a row at most; then a full step follows. 0 computes every step in full. Published: 5 (8).</source>
        <translation>Höchstzahl entworfener Schritte in Folge; dann folgt ein voller. 0 berechnet jeden Schritt voll. Veröffentlicht: 5 (8).</translation>
    </message>
    <message>
        <source>Drafts at most</source>
        <translation>Entwürfe höchstens</translation>
    </message>
    <message>
        <source>Drafts before a check</source>
        <translation>Entwürfe vor der Prüfung</translation>
    </message>
    <message>
        <source>Drafts in the warm-up</source>
        <translation>Entwürfe am Anfang</translation>
    </message>
    <message>
        <source>DuCa: dual caching</source>
        <translation>DuCa: zweierlei Zwischenspeichern</translation>
    </message>
    <message>
        <source>EB-Cache: step table and noise scaling</source>
        <translation>EB-Cache: Schritttabelle und Rauschskala</translation>
    </message>
    <message>
        <source>EasyCache: skips steps by the latent alone</source>
        <translation>EasyCache: lässt Schritte allein nach dem Latent aus</translation>
    </message>
    <message>
        <source>End</source>
        <translation>Ende</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>Estimated relative change of the output up to which the last residual is used again; 0 computes every step. Published for Open-Sora: 0.1 slow, 0.2 fast; for FLUX 0.25 to 0.8.</source>
        <translation>Geschätzte relative Änderung der Ausgabe, bis zu der das letzte Residuum wieder verwendet wird; 0 berechnet jeden Schritt. Veröffentlicht für Open-Sora: 0.1 langsam, 0.2 schnell; für FLUX 0.25 bis 0.8.</translation>
    </message>
    <message>
        <source>Every second step</source>
        <translation>Jeder zweite Schritt</translation>
    </message>
    <message>
        <source>Every second step after a warm-up</source>
        <translation>Jeder zweite Schritt nach Anlauf</translation>
    </message>
    <message>
        <source>Every third step</source>
        <translation>Jeder dritte Schritt</translation>
    </message>
    <message>
        <source>Every third step, forecast</source>
        <translation>Jeder dritte Schritt, vorhergesagt</translation>
    </message>
    <message>
        <source>Extrapolates attention on alternate steps and rebuilds the unconditional guidance row from the conditional one in most late steps.</source>
        <translation>Schreibt die Aufmerksamkeit in jedem zweiten Schritt fort und bildet die unbedingte Führungszeile in den meisten späten Schritten aus der bedingten nach.</translation>
    </message>
    <message>
        <source>Extrapolation weight</source>
        <translation>Gewicht der Fortschreibung</translation>
    </message>
    <message>
        <source>FEB, attention 4, MLP 2</source>
        <translation>FEB, Aufmerksamkeit 4, MLP 2</translation>
    </message>
    <message>
        <source>FEB: steps from one computation of attention to the next where no table is given. 1 computes it always, 0 takes the MLP&apos;s interval; both 0 take the published table.</source>
        <translation>FEB: Schritte von einer Berechnung der Aufmerksamkeit zur nächsten, wo keine Tabelle gegeben ist. 1 berechnet sie immer, 0 nimmt das Intervall des MLP; beide 0 nehmen die veröffentlichte Tabelle.</translation>
    </message>
    <message>
        <source>FEB: steps from one computation of the MLP to the next where no table is given; steps that compute attention always compute it too. 1 computes it always, 0 takes attention&apos;s interval.</source>
        <translation>FEB: Schritte von einer Berechnung des MLP zur nächsten, wo keine Tabelle gegeben ist; Schritte, die Aufmerksamkeit berechnen, berechnen es immer mit. 1 berechnet es immer, 0 nimmt das Intervall der Aufmerksamkeit.</translation>
    </message>
    <message>
        <source>FLUX, published</source>
        <translation>FLUX, veröffentlicht</translation>
    </message>
    <message>
        <source>FORA: whole-module caching</source>
        <translation>FORA: ganze Module</translation>
    </message>
    <message>
        <source>Fast</source>
        <translation>Schnell</translation>
    </message>
    <message>
        <source>FasterCache: extrapolated attention, rebuilt guidance</source>
        <translation>FasterCache: fortgeschriebene Aufmerksamkeit, nachgebildete Führung</translation>
    </message>
    <message>
        <source>File of the learned table; toca convert-router makes it of a published router (.pth). It holds two numbers a layer and step: self-attention (with attention over the text) and MLP.</source>
        <translation>Datei der gelernten Tabelle; toca convert-router macht sie aus einem veröffentlichten Router (.pth). Sie enthält je Schicht und Schritt zwei Zahlen: Selbstaufmerksamkeit (mit der über den Text) und MLP.</translation>
    </message>
    <message>
        <source>File with this model&apos;s noise scale, used where noise_scale is 0. Empty: the one kept with the model.</source>
        <translation>Datei mit der Rauschskala dieses Modells, genommen, wo noise_scale 0 ist. Leer: die beim Modell liegende.</translation>
    </message>
    <message>
        <source>First layers</source>
        <translation>Erste Schichten</translation>
    </message>
    <message>
        <source>First steps</source>
        <translation>Erste Schritte</translation>
    </message>
    <message>
        <source>First steps that are always computed; the very first one always is. Published: 8 for DBCache, none for First-Block cache.</source>
        <translation>Erste Schritte, die immer berechnet werden; der allererste immer. Veröffentlicht: 8 für DBCache, keine für First-Block-Cache.</translation>
    </message>
    <message>
        <source>First-Block cache</source>
        <translation>First-Block-Cache</translation>
    </message>
    <message>
        <source>Follow the latent</source>
        <translation>Dem Latent folgen</translation>
    </message>
    <message>
        <source>Follows a table of steps that compute, reuse attention or reuse everything, and scales the predicted noise against the exposure bias of caching.</source>
        <translation>Folgt einer Tabelle von Schritten, die berechnen, Aufmerksamkeit oder alles wiederverwenden, und skaliert das vorhergesagte Rauschen gegen die Verzerrung durch das Zwischenspeichern.</translation>
    </message>
    <message>
        <source>Follows a table, learned for one model and number of steps, of what is computed where.</source>
        <translation>Folgt einer für ein Modell und eine Schrittzahl gelernten Tabelle, die sagt, was wo berechnet wird.</translation>
    </message>
    <message>
        <source>Forecast</source>
        <translation>Vorhersage</translation>
    </message>
    <message>
        <source>Forecast order</source>
        <translation>Ordnung der Vorhersage</translation>
    </message>
    <message>
        <source>Forecasts all features, runs one layer for real to see how good the forecast is, and computes the next step in full when it is not.</source>
        <translation>Sagt alle Merkmale vorher, rechnet eine Schicht wirklich, um die Güte der Vorhersage zu sehen, und berechnet den nächsten Schritt voll, wenn sie nicht reicht.</translation>
    </message>
    <message>
        <source>Foretold relative change of the output up to which the last one is used again (tau); 0 computes every step. Published: 0.025 for HunyuanVideo, 0.05 for Wan 2.1; 0.2 on the scale of other programs.</source>
        <translation>Vorausgesagte relative Änderung der Ausgabe, bis zu der die letzte wieder verwendet wird (tau); 0 berechnet jeden Schritt. Veröffentlicht: 0.025 für HunyuanVideo, 0.05 für Wan 2.1; 0.2 auf der Skala anderer Programme.</translation>
    </message>
    <message>
        <source>Fresh ratio</source>
        <translation>Frischanteil</translation>
    </message>
    <message>
        <source>Fresh tokens as they are</source>
        <translation>Frische Tokens wie berechnet</translation>
    </message>
    <message>
        <source>Fully computed part</source>
        <translation>Voll berechneter Teil</translation>
    </message>
    <message>
        <source>Guidance</source>
        <translation>Führung</translation>
    </message>
    <message>
        <source>Guidance from</source>
        <translation>Führung ab</translation>
    </message>
    <message>
        <source>Guidance interval</source>
        <translation>Intervall der Führung</translation>
    </message>
    <message>
        <source>Guidance rows choose together</source>
        <translation>Führungszeilen wählen gemeinsam</translation>
    </message>
    <message>
        <source>HarmoniCa: learned table</source>
        <translation>HarmoniCa: gelernte Tabelle</translation>
    </message>
    <message>
        <source>High frequencies from</source>
        <translation>Hohe Frequenzen ab</translation>
    </message>
    <message>
        <source>High frequency factor</source>
        <translation>Faktor hoher Frequenzen</translation>
    </message>
    <message>
        <source>Highest derivative of the Taylor forecast (differences of full steps); 0 reuses the last output. Published: 4 for DiT-XL/2, 1 for FLUX.</source>
        <translation>Höchste Ableitung der Taylor-Vorhersage (Differenzen voller Schritte); 0 verwendet die letzte Ausgabe wieder. Veröffentlicht: 4 für DiT-XL/2, 1 für FLUX.</translation>
    </message>
    <message>
        <source>Highest derivative of the Taylor forecast (differences of full steps); 0 reuses the last output. Published: 4.</source>
        <translation>Höchste Ableitung der Taylor-Vorhersage (Differenzen voller Schritte); 0 verwendet die letzte Ausgabe wieder. Veröffentlicht: 4.</translation>
    </message>
    <message>
        <source>Highest order of the Taylor polynomial; 0 reuses, 1 continues in a straight line. Each order keeps one more tensor per module. Published: 4.</source>
        <translation>Höchste Ordnung des Taylor-Polynoms; 0 verwendet wieder, 1 setzt gerade fort. Jede Ordnung bewahrt einen Tensor mehr je Modul auf. Veröffentlicht: 4.</translation>
    </message>
    <message>
        <source>How far the drafted hidden state is from the real one: relative-l1 = mean of |d - r| / |r| over all numbers (published code); norm-l1 = mean |d - r| / mean |r|; norm-l2 = ||d - r|| / ||r|| (the paper&apos;s equation); cosine = 1 - cosine similarity.</source>
        <translation>Wie weit der entworfene innere Zustand vom wirklichen entfernt ist: relative-l1 = Mittel von |d - r| / |r| über alle Zahlen (veröffentlichtes Programm); norm-l1 = Mittel |d - r| / Mittel |r|; norm-l2 = ||d - r|| / ||r|| (Gleichung der Veröffentlichung); cosine = 1 - Kosinusähnlichkeit.</translation>
    </message>
    <message>
        <source>How the fresh ratio varies: toca = by step, layer and module, with the weights below; constant; linear = from 1.9 down to 0.1 times over the steps; exp = times 0.9^(step/steps); linear-mode = linear and a tenth of the interval&apos;s phase; layerwise = from 1.9 down to 0.1 times over 28 layers. toca-ddim50, toca-ddpm250 and linear-layerwise are toca with the published DiT code&apos;s own weights. Steps count down in DiT, as published.</source>
        <translation>Wie der Frischanteil sich ändert: toca = nach Schritt, Schicht und Modul mit den Gewichten darunter; constant = gleich; linear = über die Schritte von 1.9- auf 0.1-fach fallend; exp = mal 0.9^(Schritt/Schritte); linear-mode = linear und ein Zehntel der Phase des Intervalls; layerwise = von 1.9- auf 0.1-fach über 28 Schichten. toca-ddim50, toca-ddpm250 und linear-layerwise sind toca mit den Gewichten des veröffentlichten DiT-Programms. In DiT zählen Schritte abwärts, wie veröffentlicht.</translation>
    </message>
    <message>
        <source>HunyuanVideo, published</source>
        <translation>HunyuanVideo, veröffentlicht</translation>
    </message>
    <message>
        <source>Interval</source>
        <translation>Intervall</translation>
    </message>
    <message>
        <source>Interval for all modules</source>
        <translation>Intervall für alle Module</translation>
    </message>
    <message>
        <source>Iterations of k-means (L1 distance) at most at a full step; it begins with the last clusters&apos; centres. Published: 100.</source>
        <translation>Höchstzahl der Durchläufe von k-means (L1-Abstand) in einem vollen Schritt; es beginnt mit den letzten Mittelpunkten. Veröffentlicht: 100.</translation>
    </message>
    <message>
        <source>Jumps over all layers and adds their last residual while the first layer&apos;s modulated input has changed little.</source>
        <translation>Überspringt alle Schichten und addiert ihr letztes Residuum, solange sich die modulierte Eingabe der ersten Schicht wenig geändert hat.</translation>
    </message>
    <message>
        <source>Jumps over all layers and adds their last residual while the norm of the residual is known to change little.</source>
        <translation>Überspringt alle Schichten und addiert ihr letztes Residuum, solange sich dessen Norm bekanntermaßen wenig ändert.</translation>
    </message>
    <message>
        <source>K: the tokens are put into so many clusters, each guidance row apart, and one token of each is computed. Published: 16.</source>
        <translation>K: Die Tokens werden in so viele Gruppen geteilt, jede Führungszeile für sich, und aus jeder wird eines berechnet. Veröffentlicht: 16.</translation>
    </message>
    <message>
        <source>Keep the checked layer</source>
        <translation>Geprüfte Schicht behalten</translation>
    </message>
    <message>
        <source>Keeps and forecasts only the last layer&apos;s output and skips all layers: a fraction of the memory and time, with coarser forecasts (the lite mode of diffusers).</source>
        <translation>Bewahrt nur die Ausgabe der letzten Schicht auf, sagt sie vorher und lässt alle Schichten aus: ein Bruchteil von Speicher und Zeit, mit gröberen Vorhersagen (der Modus „lite“ von diffusers).</translation>
    </message>
    <message>
        <source>Last layers</source>
        <translation>Letzte Schichten</translation>
    </message>
    <message>
        <source>Late in the run both guidance rows are computed only at every step that this number divides (the first step is 1); in between the unconditional prediction is rebuilt from the conditional one. 1 computes both always. Published: 5.</source>
        <translation>Spät im Lauf werden beide Führungszeilen nur in jedem Schritt berechnet, den diese Zahl teilt (der erste Schritt ist 1); dazwischen wird die unbedingte Vorhersage aus der bedingten nachgebildet. 1 berechnet beide immer. Veröffentlicht: 5.</translation>
    </message>
    <message>
        <source>Later steps</source>
        <translation>Spätere Schritte</translation>
    </message>
    <message>
        <source>Latte, PAB 2/3/6</source>
        <translation>Latte, PAB 2/3/6</translation>
    </message>
    <message>
        <source>Layer weight</source>
        <translation>Gewicht der Schicht</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>Schichten</translation>
    </message>
    <message>
        <source>Layers at the end that are always computed (Bn). Published: 0.</source>
        <translation>Schichten am Ende, die immer berechnet werden (Bn). Veröffentlicht: 0.</translation>
    </message>
    <message>
        <source>Layers that are always computed and whose residual decides (Fn). Published: 1 for First-Block cache, 8 for DBCache.</source>
        <translation>Schichten, die immer berechnet werden und deren Residuum entscheidet (Fn). Veröffentlicht: 1 für First-Block-Cache, 8 für DBCache.</translation>
    </message>
    <message>
        <source>Leaves whole model calls out, and moves the last prediction along with the latent, while the output is foretold to change little; needs no calibration.</source>
        <translation>Lässt ganze Modellaufrufe aus und führt die letzte Vorhersage mit dem Latent mit, solange sich die Ausgabe voraussichtlich wenig ändert; braucht keine Kalibrierung.</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Leicht</translation>
    </message>
    <message>
        <source>Low frequencies until</source>
        <translation>Niedrige Frequenzen bis</translation>
    </message>
    <message>
        <source>Low frequency factor</source>
        <translation>Faktor niedriger Frequenzen</translation>
    </message>
    <message>
        <source>MLP</source>
        <translation>MLP</translation>
    </message>
    <message>
        <source>MLP blocks</source>
        <translation>MLP-Blöcke</translation>
    </message>
    <message>
        <source>MLP broadcasts</source>
        <translation>MLP-Weitergaben</translation>
    </message>
    <message>
        <source>MLP factor</source>
        <translation>Faktor des MLP</translation>
    </message>
    <message>
        <source>MLP interval</source>
        <translation>Intervall des MLP</translation>
    </message>
    <message>
        <source>MLP steps reused</source>
        <translation>Wiederverwendete MLP-Schritte</translation>
    </message>
    <message>
        <source>MagCache: skips steps by calibrated norms</source>
        <translation>MagCache: lässt Schritte nach kalibrierten Normen aus</translation>
    </message>
    <message>
        <source>Most skips in a row</source>
        <translation>Auslassungen höchstens in Folge</translation>
    </message>
    <message>
        <source>Multiplies the fresh ratio of cross-attention in the toca schedule; negative computes none. Published: 1 - 0.67 x 1.5 = -0.005 for Open-Sora, 0.6 for PixArt.</source>
        <translation>Faktor des Frischanteils der Kreuzaufmerksamkeit im Verlauf toca; negativ berechnet nichts. Veröffentlicht: 1 - 0.67 x 1.5 = -0.005 für Open-Sora, 0.6 für PixArt.</translation>
    </message>
    <message>
        <source>Multiplies the fresh ratio of the MLP in the toca schedule. Published: 1 + 0.33 x 1.5 = 1.495 for Open-Sora, 1.6 for PixArt.</source>
        <translation>Faktor des Frischanteils des MLP im Verlauf toca. Veröffentlicht: 1 + 0.33 x 1.5 = 1.495 für Open-Sora, 1.6 für PixArt.</translation>
    </message>
    <message>
        <source>Multiplies the scheduled ratio over the steps: points position:factor, 0 = first step, 1 = last, straight lines between, such as 0:2, 0.5:1, 1:0.25. Empty = 1 everywhere, as published.</source>
        <translation>Faktor des geplanten Anteils über die Schritte: Punkte Ort:Faktor, 0 = erster Schritt, 1 = letzter, dazwischen gerade Linien, etwa 0:2, 0.5:1, 1:0.25. Leer = überall 1, wie veröffentlicht.</translation>
    </message>
    <message>
        <source>N = 3, order 1</source>
        <translation>N = 3, Ordnung 1</translation>
    </message>
    <message>
        <source>N = 3, order 3</source>
        <translation>N = 3, Ordnung 3</translation>
    </message>
    <message>
        <source>N = 4, order 4</source>
        <translation>N = 4, Ordnung 4</translation>
    </message>
    <message>
        <source>N = 5, order 3</source>
        <translation>N = 5, Ordnung 3</translation>
    </message>
    <message>
        <source>No caching</source>
        <translation>Ohne Zwischenspeicher</translation>
    </message>
    <message>
        <source>Noise scale</source>
        <translation>Rauschskala</translation>
    </message>
    <message>
        <source>Number of first steps in which everything is computed. Published: none but the first.</source>
        <translation>Zahl erster Schritte, in denen alles berechnet wird. Veröffentlicht: keine außer dem ersten.</translation>
    </message>
    <message>
        <source>Number of first steps in which everything is computed; the noisiest steps decide the layout of the clip. Published for Open-Sora: 3.</source>
        <translation>Zahl erster Schritte, in denen alles berechnet wird; die verrauschtesten entscheiden über den Aufbau des Clips. Veröffentlicht für Open-Sora: 3.</translation>
    </message>
    <message>
        <source>Number of first steps that are all computed, so that differences exist before the first forecast. Published: 2.</source>
        <translation>Zahl erster Schritte, die alle berechnet werden, damit es vor der ersten Vorhersage Differenzen gibt. Veröffentlicht: 2.</translation>
    </message>
    <message>
        <source>Number of first steps that are computed in full. Published: 2.</source>
        <translation>Zahl erster Schritte, die voll berechnet werden. Veröffentlicht: 2.</translation>
    </message>
    <message>
        <source>Number of first steps that are computed in full. Published: 3.</source>
        <translation>Zahl erster Schritte, die voll berechnet werden. Veröffentlicht: 3.</translation>
    </message>
    <message>
        <source>Number of steps after which a reused token&apos;s age counts fully (fresh_threshold of the published code); also the period of linear-mode, and the N of the refresh rule cycle: there, 1 and a fresh ratio of 0 compute everything always. Published: 3; 4 for DiT with 250 steps.</source>
        <translation>Zahl der Schritte, nach denen das Alter eines wiederverwendeten Tokens voll zählt (fresh_threshold des veröffentlichten Programms); auch die Periode von linear-mode und das N der Regel cycle: Dort berechnen 1 und ein Frischanteil von 0 immer alles. Veröffentlicht: 3; 4 für DiT mit 250 Schritten.</translation>
    </message>
    <message>
        <source>Of the first centres and the chosen tokens.</source>
        <translation>Der ersten Mittelpunkte und der gewählten Tokens.</translation>
    </message>
    <message>
        <source>On: each kind of module has its own interval below (Open-Sora). Off: all are computed together, every interval steps (N of the FORA paper).</source>
        <translation>An: Jede Art von Modul hat ihr eigenes Intervall darunter (Open-Sora). Aus: Alle werden gemeinsam alle so vielen Schritte berechnet (N der FORA-Veröffentlichung).</translation>
    </message>
    <message>
        <source>Open-Sora, PAB 2/4/6</source>
        <translation>Open-Sora, PAB 2/4/6</translation>
    </message>
    <message>
        <source>Open-Sora, PAB 3/5/7</source>
        <translation>Open-Sora, PAB 3/5/7</translation>
    </message>
    <message>
        <source>Open-Sora, PAB 5/7/9</source>
        <translation>Open-Sora, PAB 5/7/9</translation>
    </message>
    <message>
        <source>Open-Sora, R = 80 %</source>
        <translation>Open-Sora, R = 80 %</translation>
    </message>
    <message>
        <source>Open-Sora, R = 85 %</source>
        <translation>Open-Sora, R = 85 %</translation>
    </message>
    <message>
        <source>Open-Sora, fast</source>
        <translation>Open-Sora, schnell</translation>
    </message>
    <message>
        <source>Open-Sora, published</source>
        <translation>Open-Sora, veröffentlicht</translation>
    </message>
    <message>
        <source>Open-Sora, slow</source>
        <translation>Open-Sora, langsam</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>Ordnung</translation>
    </message>
    <message>
        <source>Order 1 after a warm-up</source>
        <translation>Ordnung 1 nach Anlauf</translation>
    </message>
    <message>
        <source>Order of the table</source>
        <translation>Reihenfolge der Tabelle</translation>
    </message>
    <message>
        <source>Other sizes</source>
        <translation>Andere Größen</translation>
    </message>
    <message>
        <source>Outline part</source>
        <translation>Anteil der Umrisse</translation>
    </message>
    <message>
        <source>PAB: pyramid attention broadcast</source>
        <translation>PAB: gestaffelt weitergegebene Aufmerksamkeit</translation>
    </message>
    <message>
        <source>Pictures, range 2</source>
        <translation>Bilder, Reichweite 2</translation>
    </message>
    <message>
        <source>PixArt, R = 60 %</source>
        <translation>PixArt, R = 60 %</translation>
    </message>
    <message>
        <source>PixArt, R = 70 %</source>
        <translation>PixArt, R = 70 %</translation>
    </message>
    <message>
        <source>PixArt, R = 80 %</source>
        <translation>PixArt, R = 80 %</translation>
    </message>
    <message>
        <source>PixArt, R = 90 %</source>
        <translation>PixArt, R = 90 %</translation>
    </message>
    <message>
        <source>PixArt, every second step</source>
        <translation>PixArt, jeder zweite Schritt</translation>
    </message>
    <message>
        <source>PixArt, every third step</source>
        <translation>PixArt, jeder dritte Schritt</translation>
    </message>
    <message>
        <source>PixArt, published</source>
        <translation>PixArt, veröffentlicht</translation>
    </message>
    <message>
        <source>PixArt, without attention maps</source>
        <translation>PixArt, ohne Aufmerksamkeitskarten</translation>
    </message>
    <message>
        <source>Propagation</source>
        <translation>Übernahme</translation>
    </message>
    <message>
        <source>Published table</source>
        <translation>Veröffentlichte Tabelle</translation>
    </message>
    <message>
        <source>Published threshold</source>
        <translation>Veröffentlichte Schwelle</translation>
    </message>
    <message>
        <source>Random seed</source>
        <translation>Zufallsstartwert</translation>
    </message>
    <message>
        <source>Ratio schedule</source>
        <translation>Verlauf des Anteils</translation>
    </message>
    <message>
        <source>Refresh</source>
        <translation>Erneuerung</translation>
    </message>
    <message>
        <source>Refresh rule</source>
        <translation>Regel der Erneuerung</translation>
    </message>
    <message>
        <source>Relative change of the first layers&apos; residual, against the last computed step, below which the others are jumped over; 0 computes everything. Published: 0.05 for First-Block cache in diffusers, 0.08 for DBCache.</source>
        <translation>Relative Änderung des Residuums der ersten Schichten gegen den letzten berechneten Schritt, unter der die übrigen übersprungen werden; 0 berechnet alles. Veröffentlicht: 0.05 für First-Block-Cache in diffusers, 0.08 für DBCache.</translation>
    </message>
    <message>
        <source>Retained share</source>
        <translation>Behaltener Anteil</translation>
    </message>
    <message>
        <source>Reuse</source>
        <translation>Wiederverwendung</translation>
    </message>
    <message>
        <source>Router table</source>
        <translation>Gelernte Tabelle</translation>
    </message>
    <message>
        <source>Scaling</source>
        <translation>Skalierung</translation>
    </message>
    <message>
        <source>Schedule</source>
        <translation>Ablaufplan</translation>
    </message>
    <message>
        <source>Score</source>
        <translation>Bewertung</translation>
    </message>
    <message>
        <source>Scores</source>
        <translation>Bewertung</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Startwert</translation>
    </message>
    <message>
        <source>Seed of the score random: the same seed chooses the same tokens.</source>
        <translation>Startwert der Bewertung random: Der gleiche wählt die gleichen Tokens.</translation>
    </message>
    <message>
        <source>Selection</source>
        <translation>Auswahl</translation>
    </message>
    <message>
        <source>Self-attention is computed at every step that this number divides (the first step is 0) and extrapolated in between: F_t + w (F_t - F_{t-2}). 1 computes it always. Published: 2.</source>
        <translation>Selbstaufmerksamkeit wird in jedem Schritt berechnet, den diese Zahl teilt (der erste ist 0), und dazwischen fortgeschrieben: F_t + w (F_t - F_{t-2}). 1 berechnet sie immer. Veröffentlicht: 2.</translation>
    </message>
    <message>
        <source>Sensitive from</source>
        <translation>Empfindlich ab</translation>
    </message>
    <message>
        <source>Sensitive to</source>
        <translation>Empfindlich bis</translation>
    </message>
    <message>
        <source>Share added to the score of the best token in each cell of a frame (s4), which spreads the choice over the picture. Published: 0 for Open-Sora, 0.6 for DiT (0.8 in DuCa), 0.4 for PixArt.</source>
        <translation>Anteil, der zur Bewertung des besten Tokens jeder Zelle eines Bildes addiert wird (s4) und die Auswahl über das Bild verteilt. Veröffentlicht: 0 für Open-Sora, 0.6 für DiT (0.8 in DuCa), 0.4 für PixArt.</translation>
    </message>
    <message>
        <source>Share of first steps in which attention is always computed. Published for Open-Sora: 7 of 30 steps.</source>
        <translation>Anteil erster Schritte, in denen Aufmerksamkeit immer berechnet wird. Veröffentlicht für Open-Sora: 7 von 30 Schritten.</translation>
    </message>
    <message>
        <source>Share of first steps in which both rows are always computed. Published for Open-Sora: 11 of 30 steps.</source>
        <translation>Anteil erster Schritte, in denen immer beide Zeilen berechnet werden. Veröffentlicht für Open-Sora: 11 von 30 Schritten.</translation>
    </message>
    <message>
        <source>Share of first steps in which the last blocks are jumped over; afterwards the first ones are. The Δ-DiT code in the EB-Cache repository changes over at 0.6.</source>
        <translation>Anteil erster Schritte, in denen die letzten Blöcke übersprungen werden; danach sind es die ersten. Das Δ-DiT-Programm in der Ablage von EB-Cache wechselt bei 0.6.</translation>
    </message>
    <message>
        <source>Share of the blocks that are jumped over, rounded to whole blocks (in video models pairs of a spatial and a temporal one). 0 computes everything always.</source>
        <translation>Anteil der Blöcke, die übersprungen werden, auf ganze gerundet (in Videomodellen Paare aus einem räumlichen und einem zeitlichen). 0 berechnet immer alles.</translation>
    </message>
    <message>
        <source>Share of the first steps that are always computed; the very first one always is. Published: 0.2.</source>
        <translation>Anteil erster Schritte, die immer berechnet werden; der allererste immer. Veröffentlicht: 0.2.</translation>
    </message>
    <message>
        <source>Share of the run after which the high frequencies grow. Published for Open-Sora: step 20 of 30.</source>
        <translation>Anteil des Laufs, nach dem die hohen Frequenzen wachsen. Veröffentlicht für Open-Sora: Schritt 20 von 30.</translation>
    </message>
    <message>
        <source>Share of the run in which the low frequencies grow. Published for Open-Sora: step 25 of 30.</source>
        <translation>Anteil des Laufs, in dem die niedrigen Frequenzen wachsen. Veröffentlicht für Open-Sora: Schritt 25 von 30.</translation>
    </message>
    <message>
        <source>Share of the steps before which all are computed. Published: 0.1 to 0.2.</source>
        <translation>Anteil der Schritte, vor dem alle berechnet werden. Veröffentlicht: 0.1 bis 0.2.</translation>
    </message>
    <message>
        <source>Share of the steps from which on all are computed. Published: the last step.</source>
        <translation>Anteil der Schritte, ab dem alle berechnet werden. Veröffentlicht: der letzte Schritt.</translation>
    </message>
    <message>
        <source>Share of the steps from which the cycle is 2, because caching hurts most there (steps as the published code counts them: down in DiT). Published for DiT: 0.2 to 0.4; equal numbers switch it off.</source>
        <translation>Anteil der Schritte, ab dem der Zyklus 2 ist, weil der Cache dort am meisten schadet (Schritte gezählt wie im veröffentlichten Programm: in DiT abwärts). Veröffentlicht für DiT: 0.2 bis 0.4; gleiche Zahlen schalten es ab.</translation>
    </message>
    <message>
        <source>Share of the steps up to which the cycle is 2; see sensitive_from. Published for DiT: 0.4.</source>
        <translation>Anteil der Schritte, bis zu dem der Zyklus 2 ist; siehe sensitive_from. Veröffentlicht für DiT: 0.4.</translation>
    </message>
    <message>
        <source>Share of their cluster&apos;s fresh token that all other tokens take over. 0 changes no other token. Published: 0.005 for DiT-XL/2, 0.007 for FLUX, 0.01 for HunyuanVideo.</source>
        <translation>Anteil des frischen Tokens ihrer Gruppe, den alle übrigen Tokens übernehmen. 0 ändert kein anderes Token. Veröffentlicht: 0.005 für DiT-XL/2, 0.007 für FLUX, 0.01 für HunyuanVideo.</translation>
    </message>
    <message>
        <source>Share of tokens computed between full steps, before the schedule&apos;s and the module&apos;s factor; 0 computes none. Published for Open-Sora: 0.10, with the MLP factor 0.15 (the paper&apos;s cache ratio R = 85 %).</source>
        <translation>Anteil der Tokens, die zwischen vollen Schritten berechnet werden, vor dem Faktor des Verlaufs und des Moduls; 0 berechnet keine. Veröffentlicht für Open-Sora: 0.10, mit dem Faktor des MLP 0.15 (Cache-Anteil R = 85 % der Veröffentlichung).</translation>
    </message>
    <message>
        <source>Side of such a cell: 2 in DiT, 4 in PixArt. Cells at the right and lower edge are smaller where the size does not divide.</source>
        <translation>Seite einer solchen Zelle: 2 in DiT, 4 in PixArt. Zellen am rechten und unteren Rand sind kleiner, wo die Größe nicht aufgeht.</translation>
    </message>
    <message>
        <source>Slow</source>
        <translation>Langsam</translation>
    </message>
    <message>
        <source>So many first blocks (of the spatial and of the temporal ones) broadcast their MLP. Published for Open-Sora: 5.</source>
        <translation>So viele erste Blöcke (der räumlichen und der zeitlichen) geben ihr MLP weiter. Veröffentlicht für Open-Sora: 5.</translation>
    </message>
    <message>
        <source>Spatial attention interval</source>
        <translation>Intervall der räumlichen Aufmerksamkeit</translation>
    </message>
    <message>
        <source>Spatial bonus</source>
        <translation>Räumlicher Zuschlag</translation>
    </message>
    <message>
        <source>Spatial bonus cell</source>
        <translation>Zelle des Zuschlags</translation>
    </message>
    <message>
        <source>Spatial range</source>
        <translation>Reichweite räumlich</translation>
    </message>
    <message>
        <source>SpeCa: drafted and checked features</source>
        <translation>SpeCa: entworfene und geprüfte Merkmale</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Anfang</translation>
    </message>
    <message>
        <source>Step table</source>
        <translation>Schritttabelle</translation>
    </message>
    <message>
        <source>Step weight</source>
        <translation>Gewicht des Schritts</translation>
    </message>
    <message>
        <source>Steps from one full computation to the next for every module alike, where modules have no interval of their own. Steps count down in DiT, as published. 1 computes everything always.</source>
        <translation>Schritte von einer vollen Berechnung zur nächsten für alle Module gleich, wo Module kein eigenes Intervall haben. In DiT zählen Schritte abwärts, wie veröffentlicht. 1 berechnet immer alles.</translation>
    </message>
    <message>
        <source>Steps from one full computation to the next; in between the stretch of blocks is jumped over (N of the paper). 1 computes everything always.</source>
        <translation>Schritte von einer vollen Berechnung zur nächsten; dazwischen wird die Strecke der Blöcke übersprungen (N der Veröffentlichung). 1 berechnet immer alles.</translation>
    </message>
    <message>
        <source>Steps from one full computation to the next; those between are forecast. 1 computes everything always. Published: 4 for DiT.</source>
        <translation>Schritte von einer vollen Berechnung zur nächsten; die dazwischen werden vorhergesagt. 1 berechnet immer alles. Veröffentlicht: 4 für DiT.</translation>
    </message>
    <message>
        <source>Steps from one full step to the next (N of the paper). 1 computes every step in full. Published: 4 in the code, 5 in the table for DiT-XL/2.</source>
        <translation>Schritte von einem vollen Schritt zum nächsten (N der Veröffentlichung). 1 berechnet jeden Schritt voll. Veröffentlicht: 4 im Programm, 5 in der Tabelle für DiT-XL/2.</translation>
    </message>
    <message>
        <source>Steps that may be jumped over one after the other (K); 0 computes every step. Published: 3 for Open-Sora, 2 slow, 4 to 6 fast.</source>
        <translation>Schritte, die nacheinander übersprungen werden dürfen (K); 0 berechnet jeden Schritt. Veröffentlicht: 3 für Open-Sora, 2 langsam, 4 bis 6 schnell.</translation>
    </message>
    <message>
        <source>Steps that may be jumped over one after the other; 0 sets no limit. Published: no limit.</source>
        <translation>Schritte, die nacheinander übersprungen werden dürfen; 0 setzt keine Grenze. Veröffentlicht: keine Grenze.</translation>
    </message>
    <message>
        <source>Steps that reuse the MLP&apos;s output after each of these timesteps. 0 computes it always. Published: 2.</source>
        <translation>Schritte, die nach jedem dieser Zeitschritte die Ausgabe des MLP wiederverwenden. 0 berechnet es immer. Veröffentlicht: 2.</translation>
    </message>
    <message>
        <source>Steps x layers, then each module&apos;s layers from the first to the last: c = compute, u = reuse, r10 = compute the 10 % of the tokens with the highest score, f2 = forecast of order 2; a number in front repeats, &apos;/&apos; parts layers, 8* stands for eight alike. Example: 6x8; sa = 8*c 2u c 2u; mlp = 8*c 2r10 c 2r10. Empty computes everything.</source>
        <translation>Schritte x Schichten, dann die Schichten jedes Moduls von der ersten zur letzten: c = berechnen, u = wiederverwenden, r10 = die 10 % der Tokens mit der höchsten Bewertung berechnen, f2 = Vorhersage der Ordnung 2; eine Zahl davor wiederholt, &apos;/&apos; trennt Schichten, 8* steht für acht gleiche. Beispiel: 6x8; sa = 8*c 2u c 2u; mlp = 8*c 2r10 c 2r10. Leer berechnet alles.</translation>
    </message>
    <message>
        <source>Table</source>
        <translation>Tabelle</translation>
    </message>
    <message>
        <source>TaylorSeer: forecasting features</source>
        <translation>TaylorSeer: vorhergesagte Merkmale</translation>
    </message>
    <message>
        <source>TeaCache: skips steps by the timestep embedding</source>
        <translation>TeaCache: lässt Schritte nach der Zeiteinbettung aus</translation>
    </message>
    <message>
        <source>Temporal attention interval</source>
        <translation>Intervall der zeitlichen Aufmerksamkeit</translation>
    </message>
    <message>
        <source>Temporal range</source>
        <translation>Reichweite zeitlich</translation>
    </message>
    <message>
        <source>Text influence weight</source>
        <translation>Gewicht des Texteinflusses</translation>
    </message>
    <message>
        <source>The MLP is computed in full at every step that this number divides and reused in between. 1 computes it always. Published for Open-Sora: 3.</source>
        <translation>Das MLP wird in jedem Schritt voll berechnet, den diese Zahl teilt, und dazwischen wiederverwendet. 1 berechnet es immer. Veröffentlicht für Open-Sora: 3.</translation>
    </message>
    <message>
        <source>The attention inside each frame is computed in full at every step that this number divides and reused in between. 1 computes it always. Published for Open-Sora: 3.</source>
        <translation>Die Aufmerksamkeit innerhalb jedes Bildes wird in jedem Schritt voll berechnet, den diese Zahl teilt, und dazwischen wiederverwendet. 1 berechnet sie immer. Veröffentlicht für Open-Sora: 3.</translation>
    </message>
    <message>
        <source>The attention inside each frame, or over the whole picture in DiT and PixArt, is computed at every step that this number divides, and its output serves the steps in between, inside the window of timesteps. 1 computes it always. Published for Open-Sora: 2.</source>
        <translation>Die Aufmerksamkeit innerhalb jedes Bildes, in DiT und PixArt über das ganze Bild, wird in jedem Schritt berechnet, den diese Zahl teilt; ihre Ausgabe gilt im Fenster der Zeitschritte für die Schritte dazwischen. 1 berechnet sie immer. Veröffentlicht für Open-Sora: 2.</translation>
    </message>
    <message>
        <source>The attention over the frames is computed at every step that this number divides, and its output serves the steps in between, inside the window of timesteps. 1 computes it always. Published for Open-Sora: 4.</source>
        <translation>Die Aufmerksamkeit über die Bilder wird in jedem Schritt berechnet, den diese Zahl teilt; ihre Ausgabe gilt im Fenster der Zeitschritte für die Schritte dazwischen. 1 berechnet sie immer. Veröffentlicht für Open-Sora: 4.</translation>
    </message>
    <message>
        <source>The attention over the frames is computed in full at every step that this number divides and reused in between. 1 computes it always. Published for Open-Sora: 3.</source>
        <translation>Die Aufmerksamkeit über die Bilder wird in jedem Schritt voll berechnet, den diese Zahl teilt, und dazwischen wiederverwendet. 1 berechnet sie immer. Veröffentlicht für Open-Sora: 3.</translation>
    </message>
    <message>
        <source>The attention over the text is computed at every step that this number divides, and its output serves the steps in between, inside the window of timesteps. 1 computes it always. Published for Open-Sora: 6.</source>
        <translation>Die Aufmerksamkeit über den Text wird in jedem Schritt berechnet, den diese Zahl teilt; ihre Ausgabe gilt im Fenster der Zeitschritte für die Schritte dazwischen. 1 berechnet sie immer. Veröffentlicht für Open-Sora: 6.</translation>
    </message>
    <message>
        <source>The attention over the text is computed in full at every step that this number divides and reused in between. 1 computes it always. Published for Open-Sora: 6.</source>
        <translation>Die Aufmerksamkeit über den Text wird in jedem Schritt voll berechnet, den diese Zahl teilt, und dazwischen wiederverwendet. 1 berechnet sie immer. Veröffentlicht für Open-Sora: 6.</translation>
    </message>
    <message>
        <source>The checked layer&apos;s real output goes on; the published code throws it away and goes on with the draft.</source>
        <translation>Die wirkliche Ausgabe der geprüften Schicht geht weiter; das veröffentlichte Programm wirft sie weg und macht mit dem Entwurf weiter.</translation>
    </message>
    <message>
        <source>The difference of the two rows&apos; predictions, low frequencies (within a fifth of the shorter side), is multiplied by this in every step without the unconditional row, until low_until. Published for Open-Sora: 1.15, diffusers: 1.1.</source>
        <translation>Die Differenz der Vorhersagen beider Zeilen, niedrige Frequenzen (innerhalb eines Fünftels der kürzeren Seite), wird in jedem Schritt ohne die unbedingte Zeile damit multipliziert, bis low_until. Veröffentlicht für Open-Sora: 1.15, diffusers: 1.1.</translation>
    </message>
    <message>
        <source>The error of a drafted step above which the next step is computed in full: threshold x decay^progress, at least 0.01, progress rising from 0 to 1. Published for DiT-XL/2: 0.1 (0.3 for the samples of its table). 0 gives the least threshold everywhere.</source>
        <translation>Fehler eines entworfenen Schritts, über dem der nächste voll berechnet wird: Schwelle x Abnahme^Fortschritt, mindestens 0.01, der Fortschritt steigt von 0 auf 1. Veröffentlicht für DiT-XL/2: 0.1 (0.3 für die Bilder seiner Tabelle). 0 ergibt überall die kleinste Schwelle.</translation>
    </message>
    <message>
        <source>The polynomial fitted to this model, made by `toca calibrate --policy teacache`; empty takes the model&apos;s own. One of other weights is refused.</source>
        <translation>Das an dieses Modell angepasste Polynom, gemacht mit `toca calibrate --policy teacache`; leer nimmt das des Modells. Eines von anderen Gewichten wird abgelehnt.</translation>
    </message>
    <message>
        <source>The polynomial itself instead of a file: five numbers, highest power first. Published for Open-Sora v1.2&apos;s weights: 217.546007,-118.329252,26.8662585,-0.0459364272,0.048442624.</source>
        <translation>Das Polynom selbst statt einer Datei: fünf Zahlen, höchste Potenz zuerst. Veröffentlicht für die Gewichte von Open-Sora v1.2: 217.546007,-118.329252,26.8662585,-0.0459364272,0.048442624.</translation>
    </message>
    <message>
        <source>The predicted noise (of a flow model the velocity) is divided by this; predicted variances are left alone. 1 = off, 0 = the model&apos;s own calibration (toca calibrate). Published for DiT-XL/2: 0.965.</source>
        <translation>Das vorhergesagte Rauschen (bei Flussmodellen die Geschwindigkeit) wird dadurch geteilt; vorhergesagte Varianzen bleiben. 1 = aus, 0 = die Kalibrierung des Modells (toca calibrate). Veröffentlicht für DiT-XL/2: 0.965.</translation>
    </message>
    <message>
        <source>The ratios of this model, made by `toca calibrate --policy magcache`; empty takes the model&apos;s own. One of other weights is refused.</source>
        <translation>Die Verhältnisse dieses Modells, gemacht mit `toca calibrate --policy magcache`; leer nimmt die des Modells. Solche von anderen Gewichten werden abgelehnt.</translation>
    </message>
    <message>
        <source>The same for the high frequencies, from high_from on. Published for Open-Sora: 1.15, diffusers: 1.1.</source>
        <translation>Dasselbe für die hohen Frequenzen, ab high_from. Veröffentlicht für Open-Sora: 1.15, diffusers: 1.1.</translation>
    </message>
    <message>
        <source>The same over the layers of each kind: 0 = first layer, 1 = last. Empty = 1 everywhere, as published.</source>
        <translation>Dasselbe über die Schichten jeder Art: 0 = erste Schicht, 1 = letzte. Leer = überall 1, wie veröffentlicht.</translation>
    </message>
    <message>
        <source>The threshold shrinks to this share of itself over the run. 1 = constant. Published for DiT-XL/2: 0.01 with threshold 0.1, 0.05 with 0.3.</source>
        <translation>Die Schwelle schrumpft über den Lauf auf diesen Anteil ihrer selbst. 1 = gleichbleibend. Veröffentlicht für DiT-XL/2: 0.01 mit Schwelle 0.1, 0.05 mit 0.3.</translation>
    </message>
    <message>
        <source>The weight rises from 0 to w after the first share of steps; otherwise it is w throughout.</source>
        <translation>Das Gewicht steigt nach dem ersten Anteil der Schritte von 0 auf w; sonst ist es durchgehend w.</translation>
    </message>
    <message>
        <source>Threshold</source>
        <translation>Schwelle</translation>
    </message>
    <message>
        <source>Timesteps at which an MLP broadcast begins, with commas: the first step at or below each computes, the following ones reuse. Empty: the MLP is always computed. Published for Open-Sora: 864,788,676.</source>
        <translation>Zeitschritte, bei denen eine Weitergabe des MLP beginnt, mit Kommas: Der erste Schritt bei oder unter jedem berechnet, die folgenden verwenden wieder. Leer: Das MLP wird immer berechnet. Veröffentlicht für Open-Sora: 864,788,676.</translation>
    </message>
    <message>
        <source>ToCa: token-wise caching</source>
        <translation>ToCa: Zwischenspeichern je Token</translation>
    </message>
    <message>
        <source>Wan 2.1, published</source>
        <translation>Wan 2.1, veröffentlicht</translation>
    </message>
    <message>
        <source>Warm-up</source>
        <translation>Anlauf</translation>
    </message>
    <message>
        <source>Weight of a token&apos;s age in its score (s3): larger spreads the computed tokens over the clip. Published: 0.25.</source>
        <translation>Gewicht des Alters eines Tokens in seiner Bewertung (s3): größer verteilt die berechneten Tokens über den Clip. Veröffentlicht: 0.25.</translation>
    </message>
    <message>
        <source>Weight of the attention a token receives from the others (s1). Published: 1 for DiT, 0 for Open-Sora and PixArt.</source>
        <translation>Gewicht der Aufmerksamkeit, die ein Token von den anderen erhält (s1). Veröffentlicht: 1 für DiT, 0 für Open-Sora und PixArt.</translation>
    </message>
    <message>
        <source>Weight of the entropy of a token&apos;s attention over the text (s2). Published for Open-Sora and PixArt: 1; 0 for DiT, which has no text.</source>
        <translation>Gewicht der Entropie der Aufmerksamkeit eines Tokens über den Text (s2). Veröffentlicht für Open-Sora und PixArt: 1; 0 für DiT, das keinen Text hat.</translation>
    </message>
    <message>
        <source>Weight rises</source>
        <translation>Gewicht steigt</translation>
    </message>
    <message>
        <source>Weight w of the layer in the toca schedule: from 1 + w times down to 1 - w times the fresh ratio over 28 layers. Published: 0 for Open-Sora, 0.6 for PixArt.</source>
        <translation>Gewicht w der Schicht im Verlauf toca: von 1 + w- bis hinab zu 1 - w-mal dem Frischanteil über 28 Schichten. Veröffentlicht: 0 für Open-Sora, 0.6 für PixArt.</translation>
    </message>
    <message>
        <source>Weight w of the step in the cycle N / (1 + w - 2 w step / steps): with it, and a fresh ratio above 0, N = 1 is not always a cycle of 1. Published: 0.4 for DiT, where steps count down, -0.2 for PixArt, 0 for DuCa&apos;s PixArt.</source>
        <translation>Gewicht w des Schritts im Zyklus N / (1 + w - 2 w Schritt / Schritte): Damit und mit einem Frischanteil über 0 ist N = 1 nicht immer ein Zyklus von 1. Veröffentlicht: 0.4 für DiT, wo Schritte abwärts zählen, -0.2 für PixArt, 0 für DuCas PixArt.</translation>
    </message>
    <message>
        <source>Weight w of the step in the toca schedule: from 1 + w times down to 1 - w times the fresh ratio over the steps. Published: 0 for Open-Sora, 0.9 for PixArt.</source>
        <translation>Gewicht w des Schritts im Verlauf toca: von 1 + w- bis hinab zu 1 - w-mal dem Frischanteil über die Schritte. Veröffentlicht: 0 für Open-Sora, 0.9 für PixArt.</translation>
    </message>
    <message>
        <source>What decides which tokens are computed, besides their age: attention = influence on other tokens and on the text, with the weights below; kv-norm = small attention values, needs no attention map; norm = large inputs; similarity = inputs unlike the stored output; random.</source>
        <translation>Was außer dem Alter entscheidet, welche Tokens berechnet werden: attention = Einfluss auf andere Tokens und auf den Text, mit den Gewichten darunter; kv-norm = kleine Werte der Aufmerksamkeit, braucht keine Karte; norm = große Eingaben; similarity = Eingaben, die der gespeicherten Ausgabe unähnlich sind; random = zufällig.</translation>
    </message>
    <message>
        <source>What each step computes, with commas: 0 everything, 1 the MLP only, 2 nothing (attention over the text goes with self-attention). A single 0 computes everything always. Empty: the intervals below, or the published table of 50 steps, whose intervals are kept at the same share of the run for other numbers of steps.</source>
        <translation>Was jeder Schritt berechnet, mit Kommas: 0 alles, 1 nur das MLP, 2 nichts (die Aufmerksamkeit über den Text geht mit der Selbstaufmerksamkeit). Eine einzelne 0 berechnet immer alles. Leer: die Intervalle darunter oder die veröffentlichte Tabelle für 50 Schritte, deren Intervalle bei anderen Schrittzahlen am selben Anteil des Laufs bleiben.</translation>
    </message>
    <message>
        <source>What happens where the run has other steps or layers than the table: stretch it to the run&apos;s, repeat its steps one after the other, or refuse. The first step is always computed.</source>
        <translation>Was geschieht, wenn der Lauf andere Schritte oder Schichten hat als die Tabelle: sie auf die des Laufs strecken, ihre Schritte nacheinander wiederholen oder ablehnen. Der erste Schritt wird immer berechnet.</translation>
    </message>
    <message>
        <source>When modules are computed in full: per-module = each kind at its own interval below (Open-Sora); cycle = all modules of a layer every N steps, N the interval among the scores, adapted to the step (DiT and PixArt).</source>
        <translation>Wann Module voll berechnet werden: per-module = jede Art in ihrem eigenen Intervall (Open-Sora); cycle = alle Module einer Schicht alle N Schritte, N das Intervall bei der Bewertung, dem Schritt angepasst (DiT und PixArt).</translation>
    </message>
    <message>
        <source>Whether the conditional and the unconditional row of a prompt compute the same tokens, by their mean score. Published: together where a text steers the model (the scores attention and random; PixArt&apos;s kv-norm), apart in DiT, for Open-Sora&apos;s kv-norm, and for norm and similarity.</source>
        <translation>Ob die bedingte und die unbedingte Zeile eines Prompts dieselben Tokens berechnen, nach ihrer mittleren Bewertung. Veröffentlicht: gemeinsam, wo ein Text das Modell lenkt (die Bewertungen attention und random; kv-norm von PixArt), getrennt in DiT, bei kv-norm von Open-Sora und bei norm und similarity.</translation>
    </message>
    <message>
        <source>Which layer is run for real, counted from the last. Published: 1.</source>
        <translation>Welche Schicht wirklich gerechnet wird, von der letzten an gezählt. Veröffentlicht: 1.</translation>
    </message>
    <message>
        <source>Window from</source>
        <translation>Fenster ab</translation>
    </message>
    <message>
        <source>Window to</source>
        <translation>Fenster bis</translation>
    </message>
    <message>
        <source>With intervals: the share of first steps in which everything is computed. Published table: 22 of 50.</source>
        <translation>Mit Intervallen: Anteil erster Schritte, in denen alles berechnet wird. Veröffentlichte Tabelle: 22 von 50.</translation>
    </message>
    <message>
        <source>blocks</source>
        <translation>Blöcke</translation>
    </message>
    <message>
        <source>diffusers&apos; settings</source>
        <translation>Einstellungen von diffusers</translation>
    </message>
    <message>
        <source>layers</source>
        <translation>Schichten</translation>
    </message>
    <message>
        <source>sampling = the first entry is the first, noisiest step; published = the last entry is the first step, as in the published cache_table.npy.</source>
        <translation>sampling = der erste Eintrag ist der erste, verrauschteste Schritt; published = der letzte Eintrag ist der erste Schritt, wie in der veröffentlichten cache_table.npy.</translation>
    </message>
    <message>
        <source>steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>tokens</source>
        <translation>Tokens</translation>
    </message>
    <message>
        <source>w at the last step. 0 reuses the last output as it is. Published for Open-Sora: 0.9 (counter - 7) / 20, which is 1.035 at step 30; diffusers: 0.5 throughout.</source>
        <translation>w im letzten Schritt. 0 verwendet die letzte Ausgabe, wie sie ist. Veröffentlicht für Open-Sora: 0.9 (Zähler - 7) / 20, also 1.035 bei Schritt 30; diffusers: durchgehend 0.5.</translation>
    </message>
    <message>
        <source>Δ-DiT: stored deviation of blocks</source>
        <translation>Δ-DiT: gespeicherte Abweichung von Blöcken</translation>
    </message>
</context>
<context>
    <name>TrainingTexts</name>
    <message>
        <source>video</source>
        <translation>Video</translation>
    </message>
    <message>
        <source>single frames</source>
        <translation>Einzelbilder</translation>
    </message>
    <message>
        <source>pictures</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>latents</source>
        <translation>Latents</translation>
    </message>
    <message>
        <source>loss</source>
        <translation>Verlust</translation>
    </message>
    <message>
        <source>Nothing yet</source>
        <translation>Noch nichts</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>Läuft</translation>
    </message>
    <message>
        <source>No news</source>
        <translation>Keine Nachricht</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>Angehalten</translation>
    </message>
    <message>
        <source>Ended</source>
        <translation>Zu Ende</translation>
    </message>
    <message>
        <source>The log holds no step yet.</source>
        <translation>Das Protokoll enthält noch keinen Schritt.</translation>
    </message>
    <message>
        <source>The log grows. Curves and samples follow it.</source>
        <translation>Das Protokoll wächst. Kurven und Proben folgen ihm.</translation>
    </message>
    <message>
        <source>The training has not said that it stopped, and has written nothing for a while: it was killed, or waits. toca train with the same folder goes on from its last state.</source>
        <translation>Das Training hat nicht gesagt, dass es anhält, und seit einer Weile nichts geschrieben: Es wurde abgebrochen oder wartet. toca train mit demselben Ordner macht beim letzten Stand weiter.</translation>
    </message>
    <message>
        <source>toca train with the same folder goes on from here.</source>
        <translation>toca train mit demselben Ordner macht hier weiter.</translation>
    </message>
    <message>
        <source>The learning rate has fallen to zero.</source>
        <translation>Die Lernrate ist auf null gefallen.</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1 min</source>
        <translation>%1 min</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1 h %2 min</translation>
    </message>
    <message>
        <source>%1 h</source>
        <translation>%1 h</translation>
    </message>
    <message>
        <source>%1 steps</source>
        <translation>%1 Schritte</translation>
    </message>
    <message>
        <source>last line %1 ago</source>
        <translation>letzte Zeile vor %1</translation>
    </message>
    <message>
        <source>trained for %1</source>
        <translation>%1 trainiert</translation>
    </message>
    <message>
        <source>%1 samples/s</source>
        <translation>%1 Beispiele/s</translation>
    </message>
    <message>
        <source>rate at zero in %1</source>
        <translation>Lernrate in %1 bei null</translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation>noch %1</translation>
    </message>
    <message>
        <source>open end</source>
        <translation>Ende offen</translation>
    </message>
    <message>
        <source>model of step %1</source>
        <translation>Modell von Schritt %1</translation>
    </message>
    <message numerus="yes">
        <source>%n roll-back(s), marked in the curves</source>
        <translation>
            <numerusform>%n Rücksprung, in den Kurven markiert</numerusform>
            <numerusform>%n Rücksprünge, in den Kurven markiert</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n step(s) whose loss or gradient is no number</source>
        <translation>
            <numerusform>%n Schritt, dessen Verlust oder Gradient keine Zahl ist</numerusform>
            <numerusform>%n Schritte, deren Verlust oder Gradient keine Zahl ist</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n line(s) of the log could not be read</source>
        <translation>
            <numerusform>%n Zeile des Protokolls war nicht lesbar</numerusform>
            <numerusform>%n Zeilen des Protokolls waren nicht lesbar</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>last line %n day(s) ago</source>
        <translation>
            <numerusform>letzte Zeile vor %n Tag</numerusform>
            <numerusform>letzte Zeile vor %n Tagen</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>toca::app::EngineRunner</name>
    <message>
        <source>A run is going on. Wait for it or cancel it first.</source>
        <translation>Ein Lauf ist im Gange. Bitte abwarten oder erst abbrechen.</translation>
    </message>
</context>
<context>
    <name>toca::ui</name>
    <message>
        <source>Baseline</source>
        <translation>Vergleichsbasis</translation>
    </message>
    <message>
        <source>Everything is computed: what gains and fidelity are measured against.</source>
        <translation>Alles wird berechnet: woran Gewinne und Treue gemessen werden.</translation>
    </message>
    <message>
        <source>Token-wise</source>
        <translation>Tokenweise</translation>
    </message>
    <message>
        <source>Between full steps, some tokens of a module are computed and the others reused.</source>
        <translation>Zwischen vollen Schritten werden einige Tokens eines Moduls berechnet und die übrigen wiederverwendet.</translation>
    </message>
    <message>
        <source>Whole modules and layers</source>
        <translation>Ganze Module und Schichten</translation>
    </message>
    <message>
        <source>A module or a stretch of layers is computed or reused as a whole, at fixed steps.</source>
        <translation>Ein Modul oder ein Abschnitt von Schichten wird als Ganzes berechnet oder wiederverwendet, in festen Schritten.</translation>
    </message>
    <message>
        <source>Forecasts</source>
        <translation>Vorhersagen</translation>
    </message>
    <message>
        <source>Outputs are extrapolated from how they changed over earlier steps instead of being reused.</source>
        <translation>Ausgaben werden aus ihrer Änderung über frühere Schritte extrapoliert statt wiederverwendet.</translation>
    </message>
    <message>
        <source>Whole steps, by a threshold</source>
        <translation>Ganze Schritte, nach Schwelle</translation>
    </message>
    <message>
        <source>While running, a measured change is held against a threshold: below it the step is skipped.</source>
        <translation>Während des Laufs wird eine gemessene Änderung mit einer Schwelle verglichen: Darunter wird der Schritt übersprungen.</translation>
    </message>
    <message>
        <source>By hand</source>
        <translation>Von Hand</translation>
    </message>
    <message>
        <source>What is computed where is painted, not decided by a method.</source>
        <translation>Was wo berechnet wird, wird gemalt, nicht von einer Methode entschieden.</translation>
    </message>
    <message>
        <source>Other methods</source>
        <translation>Andere Methoden</translation>
    </message>
    <message>
        <source>colour</source>
        <translation>Farbe</translation>
    </message>
    <message>
        <source>shape</source>
        <translation>Form</translation>
    </message>
    <message>
        <source>size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>motion</source>
        <translation>Bewegung</translation>
    </message>
    <message>
        <source>backdrop</source>
        <translation>Hintergrund</translation>
    </message>
    <message>
        <source>number of objects</source>
        <translation>Anzahl der Objekte</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>nichts</translation>
    </message>
    <message>
        <source>%1 is wrong: the clip shows %2</source>
        <translation>%1 stimmt nicht: Der Clip zeigt %2</translation>
    </message>
    <message>
        <source>FLOPs gain %1, wall-clock gain %2. </source>
        <translation>FLOPs-Gewinn %1, Laufzeitgewinn %2. </translation>
    </message>
    <message>
        <source>The clock follows the FLOPs: less than 2 % of the run&apos;s time lies between the two.</source>
        <translation>Die Laufzeit folgt den FLOPs: Weniger als 2 % der Zeit des Laufs liegen zwischen beiden.</translation>
    </message>
    <message>
        <source>The run was %1 faster than its FLOPs explain: the machine did other things during the uncached run, or less work fits its caches better.</source>
        <translation>Der Lauf war um %1 schneller, als seine FLOPs erklären: Der Rechner war während des ungecachten Laufs anderweitig beschäftigt, oder weniger Arbeit passt besser in seine Caches.</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source>At the FLOPs gain the loop would have taken %1; it took %2. The %3 between them: %4.</source>
        <translation>Beim FLOPs-Gewinn hätte die Schleife %1 gedauert; sie dauerte %2. Die Lücke von %3 dazwischen: %4.</translation>
    </message>
    <message>
        <source>The cache&apos;s own work took no measurable time: every reused result is a gain.</source>
        <translation>Die eigene Arbeit des Caches brauchte keine messbare Zeit: Jedes wiederverwendete Ergebnis ist ein Gewinn.</translation>
    </message>
    <message>
        <source>This setting does not pay: the cache&apos;s own work took %1 and saved %2 of computing. Compute fewer tokens, or refresh less often.</source>
        <translation>Diese Einstellung lohnt sich nicht: Die eigene Arbeit des Caches brauchte %1 und sparte %2 an Rechenzeit. Weniger Tokens berechnen oder seltener auffrischen.</translation>
    </message>
    <message>
        <source>The cache&apos;s own work took %1 and saved %2 of computing, %3 times what it cost. On this machine such caching pays as long as less than %4 of the uncached work is computed.</source>
        <translation>Die eigene Arbeit des Caches brauchte %1 und sparte %2 an Rechenzeit, das %3-Fache ihrer Kosten. Auf diesem Rechner lohnt sich solches Caching, solange weniger als %4 der ungecachten Arbeit berechnet wird.</translation>
    </message>
    <message>
        <source>These settings can&apos;t be used.</source>
        <translation>Diese Einstellungen sind nicht verwendbar.</translation>
    </message>
    <message>
        <source>A file or folder is missing.</source>
        <translation>Eine Datei oder ein Ordner fehlt.</translation>
    </message>
    <message>
        <source>A file could not be read or written.</source>
        <translation>Eine Datei konnte nicht gelesen oder geschrieben werden.</translation>
    </message>
    <message>
        <source>The file is damaged or of another kind.</source>
        <translation>Die Datei ist beschädigt oder von anderer Art.</translation>
    </message>
    <message>
        <source>This is not a model that can be used here.</source>
        <translation>Dies ist kein Modell, das hier verwendbar ist.</translation>
    </message>
    <message>
        <source>The run needs more memory than there is, so it was not started.</source>
        <translation>Der Lauf braucht mehr Speicher, als vorhanden ist, und wurde daher nicht gestartet.</translation>
    </message>
    <message>
        <source>The memory ran out during the run.</source>
        <translation>Während des Laufs ging der Speicher aus.</translation>
    </message>
    <message>
        <source>This build can&apos;t do that.</source>
        <translation>Diese Programmversion kann das nicht.</translation>
    </message>
    <message>
        <source>The clip could not be encoded.</source>
        <translation>Der Clip konnte nicht kodiert werden.</translation>
    </message>
    <message>
        <source>Something went wrong inside the program.</source>
        <translation>Im Programm ist etwas schiefgegangen.</translation>
    </message>
    <message>
        <source>Change the value that is named and try again.</source>
        <translation>Den genannten Wert ändern und erneut versuchen.</translation>
    </message>
    <message>
        <source>Check the path, or choose the file again.</source>
        <translation>Den Pfad prüfen oder die Datei erneut wählen.</translation>
    </message>
    <message>
        <source>Check free space and permissions, or choose another place.</source>
        <translation>Freien Speicherplatz und Berechtigungen prüfen oder einen anderen Ort wählen.</translation>
    </message>
    <message>
        <source>Choose another file, or make it again.</source>
        <translation>Eine andere Datei wählen oder sie neu erstellen.</translation>
    </message>
    <message>
        <source>Choose a model folder with a transformer, a text encoder, a tokenizer and a VAE.</source>
        <translation>Einen Modellordner mit Transformer, Text-Encoder, Tokenizer und VAE wählen.</translation>
    </message>
    <message>
        <source>Choose a smaller size or fewer frames, close other programs, or use a policy with a smaller cache.</source>
        <translation>Eine kleinere Größe oder weniger Bilder wählen, andere Programme schließen oder ein Verfahren mit kleinerem Cache verwenden.</translation>
    </message>
    <message>
        <source>Choose another setting or file.</source>
        <translation>Eine andere Einstellung oder Datei wählen.</translation>
    </message>
    <message>
        <source>Try another format: MP4, WebM, GIF or PNG.</source>
        <translation>Ein anderes Format versuchen: MP4, WebM, GIF oder PNG.</translation>
    </message>
    <message>
        <source>Nothing else is lost. Please copy the details into a bug report.</source>
        <translation>Sonst ist nichts verloren. Bitte die Details in einen Fehlerbericht kopieren.</translation>
    </message>
    <message>
        <source>%1 to %2</source>
        <translation>%1 bis %2</translation>
    </message>
    <message>
        <source>Range: %1.</source>
        <translation>Bereich: %1.</translation>
    </message>
    <message>
        <source>Default: %1.</source>
        <translation>Vorgabe: %1.</translation>
    </message>
    <message>
        <source>Source: %1.</source>
        <translation>Quelle: %1.</translation>
    </message>
    <message>
        <source>No run and no plan yet.</source>
        <translation>Noch kein Lauf und kein Plan.</translation>
    </message>
    <message>
        <source>step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>tokens computed</source>
        <translation>berechnete Tokens</translation>
    </message>
    <message>
        <source>No cell of the selection map is chosen.</source>
        <translation>Keine Zelle der Auswahlkarte ist gewählt.</translation>
    </message>
    <message>
        <source>frame %1</source>
        <translation>Bild %1</translation>
    </message>
    <message>
        <source>Selection map</source>
        <translation>Auswahlkarte</translation>
    </message>
    <message>
        <source>state</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>age</source>
        <translation>Alter</translation>
    </message>
    <message>
        <source>score</source>
        <translation>Bewertung</translation>
    </message>
    <message>
        <source>Tokens: %1</source>
        <translation>Tokens: %1</translation>
    </message>
    <message>
        <source>Where the time went</source>
        <translation>Wohin die Zeit ging</translation>
    </message>
    <message>
        <source>A figure of %1 x %2 pixels is too small; make it at least 40 x 40.</source>
        <translation>Eine Abbildung von %1 x %2 Pixeln ist zu klein; sie braucht mindestens 40 x 40.</translation>
    </message>
    <message>
        <source>A picture of %1 x %2 pixels is too large; choose a smaller size or fewer dots per inch.</source>
        <translation>Ein Bild von %1 x %2 Pixeln ist zu groß; eine kleinere Größe oder weniger Punkte je Zoll wählen.</translation>
    </message>
    <message>
        <source>%1: a figure is written as .png, .svg or .pdf; choose one of these endings.</source>
        <translation>%1: Eine Abbildung wird als .png, .svg oder .pdf geschrieben; eine dieser Endungen wählen.</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1 / %2 tokens (%3)</source>
        <translation>%1 / %2 Tokens (%3)</translation>
    </message>
    <message>
        <source> (with prompt)</source>
        <translation> (mit Prompt)</translation>
    </message>
    <message>
        <source> (without prompt)</source>
        <translation> (ohne Prompt)</translation>
    </message>
    <message>
        <source> (inversion)</source>
        <translation> (Inversion)</translation>
    </message>
    <message>
        <source>step %1</source>
        <translation>Schritt %1</translation>
    </message>
    <message>
        <source>self-attention</source>
        <translation>Selbstaufmerksamkeit</translation>
    </message>
    <message>
        <source>cross-attention</source>
        <translation>Kreuzaufmerksamkeit</translation>
    </message>
    <message>
        <source>MLP</source>
        <translation>MLP</translation>
    </message>
    <message>
        <source>SA</source>
        <translation>SA</translation>
    </message>
    <message>
        <source>CA</source>
        <translation>KA</translation>
    </message>
    <message>
        <source>full</source>
        <translation>voll</translation>
    </message>
    <message>
        <source>subset</source>
        <translation>Teilmenge</translation>
    </message>
    <message>
        <source>reused</source>
        <translation>wiederverwendet</translation>
    </message>
    <message>
        <source>forecast</source>
        <translation>vorhergesagt</translation>
    </message>
    <message>
        <source>blended</source>
        <translation>gemischt</translation>
    </message>
    <message>
        <source>not entered</source>
        <translation>ausgelassen</translation>
    </message>
    <message>
        <source>spatial layer %1</source>
        <translation>räumliche Schicht %1</translation>
    </message>
    <message>
        <source>temporal layer %1</source>
        <translation>zeitliche Schicht %1</translation>
    </message>
    <message>
        <source>layer %1</source>
        <translation>Schicht %1</translation>
    </message>
    <message>
        <source>S%1</source>
        <translation>S%1</translation>
    </message>
    <message>
        <source>T%1</source>
        <translation>T%1</translation>
    </message>
    <message>
        <source>row %1</source>
        <translation>Zeile %1</translation>
    </message>
    <message>
        <source>with prompt</source>
        <translation>mit Prompt</translation>
    </message>
    <message>
        <source>without prompt</source>
        <translation>ohne Prompt</translation>
    </message>
    <message>
        <source>with class</source>
        <translation>mit Klasse</translation>
    </message>
    <message>
        <source>without class</source>
        <translation>ohne Klasse</translation>
    </message>
    <message>
        <source>t %1</source>
        <translation>t %1</translation>
    </message>
    <message>
        <source>not run yet</source>
        <translation>noch nicht ausgeführt</translation>
    </message>
    <message>
        <source>expected: %1</source>
        <translation>erwartet: %1</translation>
    </message>
    <message>
        <source>planned: %1</source>
        <translation>geplant: %1</translation>
    </message>
    <message>
        <source>&lt;b&gt;%1, %2&lt;/b&gt;</source>
        <translation>&lt;b&gt;%1, %2&lt;/b&gt;</translation>
    </message>
    <message>
        <source>%1, timestep %2</source>
        <translation>%1, Zeitschritt %2</translation>
    </message>
    <message>
        <source>decided while running; expected: %1, %2</source>
        <translation>im Lauf entschieden; erwartet: %1, %2</translation>
    </message>
    <message>
        <source>planned: %1, %2</source>
        <translation>geplant: %1, %2</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>%1 (of it selection %2), %3</source>
        <translation>%1 (davon Auswahl %2), %3</translation>
    </message>
    <message>
        <source>last full at step %1</source>
        <translation>zuletzt voll in Schritt %1</translation>
    </message>
    <message>
        <source>%1, %2, %3</source>
        <translation>%1, %2, %3</translation>
    </message>
    <message>
        <source>%1: not run yet</source>
        <translation>%1: noch nicht ausgeführt</translation>
    </message>
    <message>
        <source>all %1 tokens computed</source>
        <translation>alle %1 Tokens berechnet</translation>
    </message>
    <message>
        <source>%1 of %2 tokens computed, the others reused</source>
        <translation>%1 von %2 Tokens berechnet, die übrigen wiederverwendet</translation>
    </message>
    <message>
        <source>all %1 tokens reused</source>
        <translation>alle %1 Tokens wiederverwendet</translation>
    </message>
    <message>
        <source>all %1 tokens forecast from earlier steps</source>
        <translation>alle %1 Tokens aus früheren Schritten vorhergesagt</translation>
    </message>
    <message>
        <source>%1 of %2 tokens computed and blended with the stored ones</source>
        <translation>%1 von %2 Tokens berechnet und mit den gespeicherten gemischt</translation>
    </message>
    <message>
        <source>%1: planned: %2</source>
        <translation>%1: geplant: %2</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>; last full at step %1</source>
        <translation>; zuletzt voll in Schritt %1</translation>
    </message>
    <message>
        <source>steps %1 to %2</source>
        <translation>Schritte %1 bis %2</translation>
    </message>
    <message>
        <source>, %1 layers</source>
        <translation>, %1 Schichten</translation>
    </message>
    <message>
        <source>: %1 cells, %2 computed on average</source>
        <translation>: %1 Zellen, im Mittel %2 berechnet</translation>
    </message>
    <message>
        <source>, %1, %2 (%3 of the modules&apos; time), of it %4 selection</source>
        <translation>, %1, %2 (%3 der Modulzeit), davon %4 Auswahl</translation>
    </message>
    <message>
        <source>, %1 of them planned</source>
        <translation>, davon %1 geplant</translation>
    </message>
    <message>
        <source>Tokens: distribution</source>
        <translation>Tokens: Verteilung</translation>
    </message>
</context>
<context>
    <name>toca::ui::AboutDialog</name>
    <message>
        <source>About ToCa Studio</source>
        <translation>Über ToCa Studio</translation>
    </message>
    <message>
        <source>ToCa Studio %1</source>
        <translation>ToCa Studio %1</translation>
    </message>
    <message>
        <source>&lt;p&gt;Video generation with token-wise feature caching, made visible.&lt;/p&gt;&lt;p&gt;The sources are licensed under Apache 2.0. This program uses Qt (LGPL 3), QCustomPlot (GPL 3), LibTorch (BSD), FFmpeg (LGPL 2.1; GPL with x264), SentencePiece (Apache 2.0), nlohmann::json and CLI11 (MIT and BSD); a built program with QCustomPlot and x264 is under GPL 3 as a whole.&lt;/p&gt;&lt;p&gt;Method: ToCa, arXiv 2410.05317. Model family: Open-Sora 1.2.&lt;/p&gt;</source>
        <translation>&lt;p&gt;Videoerzeugung mit tokenweisem Feature-Caching, sichtbar gemacht.&lt;/p&gt;&lt;p&gt;Der Quelltext steht unter Apache 2.0. Dieses Programm verwendet Qt (LGPL 3), QCustomPlot (GPL 3), LibTorch (BSD), FFmpeg (LGPL 2.1; GPL mit x264), SentencePiece (Apache 2.0), nlohmann::json und CLI11 (MIT und BSD); ein mit QCustomPlot und x264 gebautes Programm steht als Ganzes unter GPL 3.&lt;/p&gt;&lt;p&gt;Methode: ToCa, arXiv 2410.05317. Modellfamilie: Open-Sora 1.2.&lt;/p&gt;</translation>
    </message>
    <message>
        <source>Qt %1, %2
%3</source>
        <translation>Qt %1, %2
%3</translation>
    </message>
</context>
<context>
    <name>toca::ui::Banner</name>
    <message>
        <source>Details</source>
        <translation>Details</translation>
    </message>
    <message>
        <source>Copy the details</source>
        <translation>Details kopieren</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>Meldung schließen</translation>
    </message>
</context>
<context>
    <name>toca::ui::CacheMemoryPlot</name>
    <message>
        <source>Cache memory</source>
        <translation>Cache-Speicher</translation>
    </message>
    <message>
        <source>Bytes of stored module outputs at the end of each step</source>
        <translation>Bytes der gespeicherten Modulausgaben am Ende jedes Schritts</translation>
    </message>
    <message>
        <source>held at the end of the step</source>
        <translation>am Ende des Schritts gehalten</translation>
    </message>
    <message>
        <source>step %1: %2</source>
        <translation>Schritt %1: %2</translation>
    </message>
</context>
<context>
    <name>toca::ui::CacheMemoryRow</name>
    <message>
        <source>Format of the cache</source>
        <translation>Format des Caches</translation>
    </message>
    <message>
        <source>&lt;b&gt;How cached module outputs are held&lt;/b&gt;&lt;p&gt;32 bits keep them as they are. 16 bits take half of the memory, 8 bits (with one scale for each token) about a quarter. What this costs in fidelity is measured in docs/performance.md.&lt;/p&gt;</source>
        <translation>&lt;b&gt;Wie gecachte Modulausgaben gehalten werden&lt;/b&gt;&lt;p&gt;32 Bit behalten sie, wie sie sind. 16 Bit brauchen die Hälfte des Speichers, 8 Bit (mit einem Maßstab je Token) etwa ein Viertel. Was das an Treue kostet, ist in docs/performance.md gemessen.&lt;/p&gt;</translation>
    </message>
    <message>
        <source>32 bits, exact</source>
        <translation>32 Bit, exakt</translation>
    </message>
    <message>
        <source>16 bits</source>
        <translation>16 Bit</translation>
    </message>
    <message>
        <source>8 bits</source>
        <translation>8 Bit</translation>
    </message>
    <message>
        <source>Most memory of the cache</source>
        <translation>Höchster Speicher des Caches</translation>
    </message>
    <message>
        <source>&lt;b&gt;Cache budget&lt;/b&gt;&lt;p&gt;Where the plan needs more, module outputs are held in fewer bits: the largest ones first in 16, then in 8. A budget that cannot be met is refused before the run, with the smallest one that can.&lt;/p&gt;</source>
        <translation>&lt;b&gt;Cache-Budget&lt;/b&gt;&lt;p&gt;Wo der Plan mehr braucht, werden Modulausgaben in weniger Bit gehalten: die größten zuerst in 16, dann in 8. Ein Budget, das nicht einzuhalten ist, wird vor dem Lauf abgelehnt, mit dem kleinsten möglichen.&lt;/p&gt;</translation>
    </message>
    <message>
        <source> MB</source>
        <translation> MB</translation>
    </message>
    <message>
        <source>no limit</source>
        <translation>keine Grenze</translation>
    </message>
    <message>
        <source>Cache format</source>
        <translation>Cache-Format</translation>
    </message>
    <message>
        <source>Cache budget</source>
        <translation>Cache-Budget</translation>
    </message>
    <message>
        <source>by module</source>
        <translation>je Modul</translation>
    </message>
    <message>
        <source>To fit, the cache is held as %1: %2 instead of %3.</source>
        <translation>Damit er passt, wird der Cache als %1 gehalten: %2 statt %3.</translation>
    </message>
    <message>
        <source>Offload instead of saving bits</source>
        <translation>Auslagern, statt Bits zu sparen</translation>
    </message>
    <message>
        <source>&lt;b&gt;Offloading&lt;/b&gt;&lt;p&gt;Where the plan needs more than the budget, module outputs move from the GPU&apos;s memory to the computer&apos;s, the largest ones first. No bits are lost, but each use goes over the bus.&lt;/p&gt;&lt;p&gt;On the processor there is nothing to offload: such a run is refused, or warns if the device was chosen automatically.&lt;/p&gt;</source>
        <translation>&lt;b&gt;Auslagern&lt;/b&gt;&lt;p&gt;Braucht der Plan mehr als das Budget, wandern Modulausgaben aus dem Speicher der Grafikkarte in den des Rechners, die größten zuerst. Dabei gehen keine Bits verloren, aber jede Verwendung läuft über den Bus.&lt;/p&gt;&lt;p&gt;Auf dem Prozessor gibt es nichts auszulagern: Ein solcher Lauf wird abgelehnt, oder er warnt, wenn das Gerät automatisch gewählt wurde.&lt;/p&gt;</translation>
    </message>
    <message>
        <source>To fit, %1 lie in the computer&apos;s memory; %2 stay on the GPU.</source>
        <translation>Damit er passt, liegen %1 im Speicher des Rechners; %2 bleiben auf der Grafikkarte.</translation>
    </message>
    <message>
        <source>The embedded model&apos;s clips keep at least %1 dB PSNR with all modules in %2 bits.</source>
        <translation>Die Clips des eingebauten Modells behalten mindestens %1 dB PSNR, wenn alle Module in %2 Bits gehalten werden.</translation>
    </message>
</context>
<context>
    <name>toca::ui::CacheRatioPlot</name>
    <message>
        <source>Cache ratio</source>
        <translation>Cache-Anteil</translation>
    </message>
    <message>
        <source>Tokens taken from the cache, share of all tokens of the step (1 - fresh ratio, the paper&apos;s R). The bar is the mean over the modules; its parts say what each contributes.</source>
        <translation>Aus dem Cache genommene Tokens, Anteil an allen Tokens des Schritts (1 - Frischanteil, das R der Veröffentlichung). Der Balken ist das Mittel über die Module; seine Teile zeigen, was jedes beiträgt.</translation>
    </message>
    <message>
        <source>step %1: planned %2</source>
        <translation>Schritt %1: geplant %2</translation>
    </message>
    <message>
        <source>step %1: %2</source>
        <translation>Schritt %1: %2</translation>
    </message>
    <message>
        <source>planned</source>
        <translation>geplant</translation>
    </message>
</context>
<context>
    <name>toca::ui::CachingModel</name>
    <message>
        <source>choose policy %1</source>
        <translation>Verfahren %1 wählen</translation>
    </message>
    <message>
        <source>take over settings</source>
        <translation>Einstellungen übernehmen</translation>
    </message>
    <message>
        <source>choose preset</source>
        <translation>Voreinstellung wählen</translation>
    </message>
    <message>
        <source>change %1</source>
        <translation>%1 ändern</translation>
    </message>
    <message>
        <source>reset %1</source>
        <translation>%1 zurücksetzen</translation>
    </message>
    <message>
        <source>reset all parameters</source>
        <translation>alle Parameter zurücksetzen</translation>
    </message>
    <message>
        <source>move the speed slider</source>
        <translation>Tempo-Regler verschieben</translation>
    </message>
    <message>
        <source>There is no plan yet: the model is not loaded or the size is not possible.</source>
        <translation>Noch kein Plan: Das Modell ist nicht geladen oder die Größe ist nicht möglich.</translation>
    </message>
    <message>
        <source>change the cache&apos;s memory</source>
        <translation>Speicher des Caches ändern</translation>
    </message>
</context>
<context>
    <name>toca::ui::CachingPanel</name>
    <message>
        <source>This policy decides while running, from the run&apos;s own data. Shown is what it expects; the statistics show what it did.</source>
        <translation>Dieses Verfahren entscheidet erst im Lauf, anhand von dessen eigenen Daten. Angezeigt wird, was es erwartet; die Statistik zeigt, was es getan hat.</translation>
    </message>
    <message>
        <source>Caching policy</source>
        <translation>Caching-Verfahren</translation>
    </message>
    <message>
        <source>What decides, for each step, layer and module, which tokens are computed and which are reused from the cache.</source>
        <translation>Was für jeden Schritt, jede Schicht und jedes Modul entscheidet, welche Tokens berechnet und welche aus dem Cache wiederverwendet werden.</translation>
    </message>
    <message>
        <source>Preset</source>
        <translation>Voreinstellung</translation>
    </message>
    <message>
        <source>Policy</source>
        <translation>Verfahren</translation>
    </message>
    <message>
        <source>Speed against fidelity</source>
        <translation>Tempo gegen Treue</translation>
    </message>
    <message>
        <source>&lt;b&gt;Fidelity – speed&lt;/b&gt;&lt;p&gt;Moves the intervals and the fresh ratio below together, and nothing else: to the right full steps become rarer (intervals from 2/3 to 8/3 of the published ones) and fewer tokens are computed between them (fresh ratio from 0.4 down to 0).&lt;/p&gt;&lt;p&gt;The middle is the published setting. What a position costs in fidelity depends on the clip: compare with the uncached run to see it.&lt;/p&gt;</source>
        <translation>&lt;b&gt;Treue – Tempo&lt;/b&gt;&lt;p&gt;Verschiebt die Intervalle und den Frischanteil darunter gemeinsam, sonst nichts: Nach rechts werden volle Schritte seltener (Intervalle von 2/3 bis 8/3 der veröffentlichten) und dazwischen weniger Tokens berechnet (Frischanteil von 0.4 bis hinab zu 0).&lt;/p&gt;&lt;p&gt;Die Mitte ist die veröffentlichte Einstellung. Was eine Stellung an Treue kostet, hängt vom Clip ab: Der Vergleich mit dem ungecachten Lauf zeigt es.&lt;/p&gt;</translation>
    </message>
    <message>
        <source>Fidelity</source>
        <translation>Treue</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>Tempo</translation>
    </message>
    <message>
        <source>FLOPs gain</source>
        <translation>FLOPs-Gewinn</translation>
    </message>
    <message>
        <source>Planned FLOPs of the uncached run divided by those of this plan. Matrix products, convolutions and attention count, 2 FLOPs per multiply-add, all guidance rows.</source>
        <translation>Geplante FLOPs des ungecachten Laufs geteilt durch die dieses Plans. Es zählen Matrixprodukte, Faltungen und Aufmerksamkeit, 2 FLOPs je Multiplikation mit Addition, alle Führungszeilen.</translation>
    </message>
    <message>
        <source>computed</source>
        <translation>berechnet</translation>
    </message>
    <message>
        <source>Fresh ratio: share of tokens computed, averaged over all steps, layers and modules. The cache ratio is 1 minus this.</source>
        <translation>Frischanteil: Anteil der berechneten Tokens, gemittelt über alle Schritte, Schichten und Module. Der Cache-Anteil ist 1 minus diesem Wert.</translation>
    </message>
    <message>
        <source>cache memory</source>
        <translation>Cache-Speicher</translation>
    </message>
    <message>
        <source>planned time</source>
        <translation>geplante Zeit</translation>
    </message>
    <message>
        <source>Seconds of the denoising loop, from the times that modules took on this machine in the last runs of this model. Text, preview and decoding come on top.</source>
        <translation>Sekunden der Entrauschungsschleife, aus den Zeiten, die Module in den letzten Läufen dieses Modells auf diesem Rechner brauchten. Text, Vorschau und Dekodierung kommen hinzu.</translation>
    </message>
    <message>
        <source>The plan: steps across, layers down; self-attention, cross-attention and MLP below each other</source>
        <translation>Der Plan: Schritte waagerecht, Schichten senkrecht; Selbstaufmerksamkeit, Kreuzaufmerksamkeit und MLP untereinander</translation>
    </message>
    <message>
        <source>Source: %1</source>
        <translation>Quelle: %1</translation>
    </message>
    <message>
        <source>None for this model</source>
        <translation>Keine für dieses Modell</translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation>Erweitert</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source>own setting</source>
        <translation>eigene Einstellung</translation>
    </message>
    <message>
        <source>published setting</source>
        <translation>veröffentlichte Einstellung</translation>
    </message>
    <message>
        <source>Expected for this run</source>
        <translation>Für diesen Lauf erwartet</translation>
    </message>
    <message>
        <source>Planned for this run</source>
        <translation>Für diesen Lauf geplant</translation>
    </message>
    <message>
        <source>Time: not measured yet on this machine; the first run measures it.</source>
        <translation>Zeit: auf diesem Rechner noch nicht gemessen; der erste Lauf misst sie.</translation>
    </message>
    <message>
        <source>%1 × faster than the uncached run&apos;s %2%3</source>
        <translation>%1 × schneller als der ungecachte Lauf mit %2%3</translation>
    </message>
    <message>
        <source>, a guess where no run has measured yet</source>
        <translation>, geschätzt, wo noch Messungen fehlen</translation>
    </message>
    <message>
        <source>This setting caches nothing: every module is computed at every step, so the run will be as slow as without a cache. Use longer intervals, fewer warm-up steps or more steps.</source>
        <translation>Diese Einstellung cacht nichts: Jedes Modul wird in jedem Schritt berechnet, der Lauf wird also so langsam wie ohne Cache. Abhilfe: längere Intervalle, weniger Aufwärmschritte oder mehr Schritte.</translation>
    </message>
    <message>
        <source>Stored module outputs: tokens × width × guidance rows × 4, 2 or 1 bytes, as the format says, for each module that is ever reused.</source>
        <translation>Gespeicherte Modulausgaben: Tokens × Breite × Guidance-Zeilen × 4, 2 oder 1 Byte je nach Format, für jedes Modul, das je wiederverwendet wird.</translation>
    </message>
    <message>
        <source>%1
Some values differ from it: choose it again to take all of its values back.</source>
        <translation>%1
Einige Werte weichen davon ab: erneut wählen stellt alle seine Werte wieder her.</translation>
    </message>
</context>
<context>
    <name>toca::ui::ClassControls</name>
    <message>
        <source>What the picture shows: one of the classes that the model was trained on. Type a part of a name or the number. Ctrl+Return generates.</source>
        <translation>Was das Bild zeigt: eine der Klassen, auf die das Modell trainiert wurde. Teil eines Namens oder die Nummer eingeben. Strg+Eingabe erzeugt.</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>Klasse</translation>
    </message>
    <message>
        <source>Number of the class</source>
        <translation>Nummer der Klasse</translation>
    </message>
    <message>
        <source>Number of the class that the picture shows. This model brings no names for its classes.</source>
        <translation>Nummer der Klasse, die das Bild zeigt. Dieses Modell bringt keine Namen für seine Klassen mit.</translation>
    </message>
    <message>
        <source>A random class</source>
        <translation>Eine zufällige Klasse</translation>
    </message>
    <message>
        <source>   (0 to %1)</source>
        <translation>   (0 bis %1)</translation>
    </message>
</context>
<context>
    <name>toca::ui::ClipCanvas</name>
    <message>
        <source>Run</source>
        <translation>Lauf</translation>
    </message>
    <message>
        <source>Baseline</source>
        <translation>Ungecachter Lauf</translation>
    </message>
    <message>
        <source>Your clip will play here</source>
        <translation>Hier wird der Clip abgespielt</translation>
    </message>
    <message>
        <source>Type a prompt and press Generate. The clip plays here while it forms.</source>
        <translation>Prompt eingeben und auf „Erzeugen“ klicken. Der Clip läuft hier, während er entsteht.</translation>
    </message>
    <message>
        <source>a red ball moves to the right on a gray background</source>
        <translation>ein roter Ball bewegt sich vor grauem Hintergrund nach rechts</translation>
    </message>
    <message>
        <source>Picture of the clip</source>
        <translation>Bild des Clips</translation>
    </message>
    <message>
        <source>Working</source>
        <translation>In Arbeit</translation>
    </message>
    <message>
        <source>final</source>
        <translation>endgültig</translation>
    </message>
    <message>
        <source>For example: %1</source>
        <translation>Zum Beispiel: %1</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>beside %1</source>
        <translation>daneben: %1</translation>
    </message>
    <message>
        <source>left %1 % run, the rest %2</source>
        <translation>links %1 % Lauf, der Rest %2</translation>
    </message>
    <message>
        <source>absolute difference to %1, times %2</source>
        <translation>absolute Differenz zu „%1“, mal %2</translation>
    </message>
    <message>
        <source>token overlay on</source>
        <translation>Token-Überlagerung an</translation>
    </message>
    <message>
        <source>|%1 − %2| × %3</source>
        <translation>|%1 − %2| × %3</translation>
    </message>
    <message>
        <source>This frame can&apos;t be shown.</source>
        <translation>Dieses Bild kann nicht angezeigt werden.</translation>
    </message>
    <message>
        <source>latent frame %1</source>
        <translation>Latentbild %1</translation>
    </message>
    <message>
        <source>computed</source>
        <translation>berechnet</translation>
    </message>
    <message>
        <source>reused</source>
        <translation>wiederverwendet</translation>
    </message>
    <message>
        <source>0 %</source>
        <translation>0 %</translation>
    </message>
    <message>
        <source>100 %</source>
        <translation>100 %</translation>
    </message>
    <message>
        <source>difference, of 255</source>
        <translation>Differenz, von 255</translation>
    </message>
    <message>
        <source>“%1”</source>
        <translation>„%1“</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>predicted at step %1</source>
        <translation>vorhergesagt in Schritt %1</translation>
    </message>
</context>
<context>
    <name>toca::ui::CommandPalette</name>
    <message>
        <source>Commands</source>
        <translation>Befehle</translation>
    </message>
    <message>
        <source>Type a command: “com unc” finds “Compare with uncached”</source>
        <translation>Befehl eingeben: „mit ung“ findet „Mit ungecacht vergleichen“</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <source>Commands found</source>
        <translation>Gefundene Befehle</translation>
    </message>
    <message>
        <source>↑ ↓ choose   Enter carries out   Esc closes</source>
        <translation>↑ ↓ wählen   Eingabe führt aus   Esc schließt</translation>
    </message>
    <message>
        <source>%1, on</source>
        <translation>%1, an</translation>
    </message>
    <message>
        <source>No command has these letters in this order</source>
        <translation>Kein Befehl enthält diese Buchstaben in dieser Reihenfolge</translation>
    </message>
</context>
<context>
    <name>toca::ui::ComparisonPanel</name>
    <message>
        <source>Auto baseline</source>
        <translation>Auto: ungecacht</translation>
    </message>
    <message>
        <source>Diverged above</source>
        <translation>Divergiert über</translation>
    </message>
    <message>
        <source> %</source>
        <translation> %</translation>
    </message>
    <message>
        <source>Latent error above which the run counts as diverged</source>
        <translation>Latentfehler, über dem der Lauf als divergiert gilt</translation>
    </message>
    <message>
        <source>The divergence point is the first step whose latent is further from the uncached run&apos;s than this: ‖a − b‖ / ‖b‖ after the step.</source>
        <translation>Der Divergenzpunkt ist der erste Schritt, dessen Latent weiter als dieser Wert von dem des ungecachten Laufs entfernt ist: ‖a − b‖ / ‖b‖ nach dem Schritt.</translation>
    </message>
    <message>
        <source>After a cached run, make the uncached run of the same request while the engine is idle. Whatever you start stops it at once.</source>
        <translation>Nach einem gecachten Lauf den ungecachten Lauf derselben Anfrage ausführen, solange die Engine frei ist. Jeder andere Start bricht ihn sofort ab.</translation>
    </message>
    <message>
        <source>Comparison with the uncached run</source>
        <translation>Vergleich mit dem ungecachten Lauf</translation>
    </message>
    <message>
        <source>Latent error</source>
        <translation>Latentfehler</translation>
    </message>
    <message>
        <source>Distance of the latent after each step from the uncached run&apos;s, ‖a − b‖ / ‖b‖. Known live as soon as both runs have made the step.</source>
        <translation>Abstand des Latents nach jedem Schritt von dem des ungecachten Laufs, ‖a − b‖ / ‖b‖. Live bekannt, sobald beide Läufe den Schritt gemacht haben.</translation>
    </message>
    <message>
        <source>this run</source>
        <translation>dieser Lauf</translation>
    </message>
    <message>
        <source>threshold</source>
        <translation>Schwelle</translation>
    </message>
    <message>
        <source>divergence</source>
        <translation>Divergenz</translation>
    </message>
    <message>
        <source>step %1: %2</source>
        <translation>Schritt %1: %2</translation>
    </message>
    <message>
        <source>frame</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>frame %1: %2</source>
        <translation>Bild %1: %2</translation>
    </message>
    <message>
        <source>identical</source>
        <translation>identisch</translation>
    </message>
    <message>
        <source>PSNR per frame</source>
        <translation>PSNR je Bild</translation>
    </message>
    <message>
        <source>Peak signal-to-noise ratio of each frame against the uncached clip&apos;s. Higher is closer.</source>
        <translation>Spitzen-Signal-Rausch-Verhältnis jedes Bildes gegenüber dem ungecachten Clip. Höher ist näher.</translation>
    </message>
    <message>
        <source>SSIM per frame</source>
        <translation>SSIM je Bild</translation>
    </message>
    <message>
        <source>Structural similarity of each frame with the uncached clip&apos;s: luma, Gaussian window 11 × 11. 1 = identical.</source>
        <translation>Strukturelle Ähnlichkeit jedes Bildes mit dem des ungecachten Clips: Luma, Gauß-Fenster 11 × 11. 1 = identisch.</translation>
    </message>
    <message>
        <source>What explains the time gain</source>
        <translation>Was den Zeitgewinn erklärt</translation>
    </message>
    <message>
        <source>The run leaves its uncached baseline at step %1 (error above %2). After step %3 the latent error is %4.</source>
        <translation>Der Lauf weicht ab Schritt %1 vom ungecachten Lauf ab (Fehler über %2). Nach Schritt %3 beträgt der Latentfehler %4.</translation>
    </message>
    <message>
        <source>Up to step %1 the run stays within %2 of its uncached baseline; the latent error is %3.</source>
        <translation>Bis Schritt %1 weicht der Lauf höchstens um %2 vom ungecachten Lauf ab; der Latentfehler beträgt %3.</translation>
    </message>
    <message>
        <source>This run is uncached: it is the baseline of its request.</source>
        <translation>Dieser Lauf ist ungecacht: Er ist der Bezugslauf seiner Anfrage.</translation>
    </message>
    <message>
        <source>Nothing is known about the distance from the uncached run yet. Compare with it (Ctrl+B).</source>
        <translation>Der Abstand zum ungecachten Lauf ist noch unbekannt. Mit ihm vergleichen: Strg+B.</translation>
    </message>
    <message>
        <source>After a cached run this shows how far it is from the uncached run of the same request.</source>
        <translation>Nach einem gecachten Lauf steht hier, wie weit er vom ungecachten Lauf derselben Anfrage entfernt ist.</translation>
    </message>
</context>
<context>
    <name>toca::ui::ConditionControls</name>
    <message>
        <source>A picture or clip that the result starts with: its first frames are kept as they are and the rest is generated to follow. Drop a file here or click to choose one.</source>
        <translation>Bild oder Clip, mit dem das Ergebnis beginnt: Die ersten Videobilder bleiben unverändert, der Rest wird als Fortsetzung erzeugt. Datei hier ablegen oder zum Auswählen klicken.</translation>
    </message>
    <message>
        <source>Frames kept from the condition</source>
        <translation>Aus der Bedingung behaltene Videobilder</translation>
    </message>
    <message>
        <source>How many of its first frames are kept.</source>
        <translation>Wie viele der ersten Videobilder behalten werden.</translation>
    </message>
    <message>
        <source>Remove the condition</source>
        <translation>Bedingung entfernen</translation>
    </message>
    <message>
        <source>Start from a picture or clip</source>
        <translation>Mit Bild oder Clip beginnen</translation>
    </message>
    <message>
        <source>Pictures and clips (*.png *.jpg *.jpeg *.webp *.bmp *.gif *.mp4 *.webm *.mkv *.mov);;All files (*)</source>
        <translation>Bilder und Clips (*.png *.jpg *.jpeg *.webp *.bmp *.gif *.mp4 *.webm *.mkv *.mov);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Drop or choose…</source>
        <translation>Ablegen oder wählen…</translation>
    </message>
    <message>
        <source>Condition: %1</source>
        <translation>Bedingung: %1</translation>
    </message>
    <message>
        <source>Choose a picture or clip to start from</source>
        <translation>Bild oder Clip als Anfang wählen</translation>
    </message>
</context>
<context>
    <name>toca::ui::ContenderList</name>
    <message>
        <source>Contenders of the race</source>
        <translation>Teilnehmer des Rennens</translation>
    </message>
    <message>
        <source>Policy</source>
        <translation>Verfahren</translation>
    </message>
    <message>
        <source>Setting</source>
        <translation>Einstellung</translation>
    </message>
    <message>
        <source>Planned</source>
        <translation>Geplant</translation>
    </message>
    <message>
        <source>Planned FLOPs gain on the present model and size. Policies that decide while running say nothing before.</source>
        <translation>Geplanter FLOPs-Gewinn mit aktuellem Modell und aktueller Größe. Verfahren, die während des Laufs entscheiden, sagen vorher nichts.</translation>
    </message>
    <message>
        <source>defaults</source>
        <translation>Standardwerte</translation>
    </message>
    <message>
        <source>, changed</source>
        <translation>, geändert</translation>
    </message>
    <message>
        <source>Present settings</source>
        <translation>Aktuelle Einstellungen</translation>
    </message>
    <message>
        <source>What the caching panel shows now</source>
        <translation>Was das Caching-Bereich jetzt zeigt</translation>
    </message>
    <message>
        <source>Kept settings</source>
        <translation>Behaltene Einstellungen</translation>
    </message>
    <message>
        <source>Delete removes the selected one</source>
        <translation>Entf entfernt die ausgewählte</translation>
    </message>
    <message>
        <source>%1. Delete removes it.</source>
        <translation>%1. Entf entfernt sie.</translation>
    </message>
    <message>
        <source>not for this model</source>
        <translation>nicht für dieses Modell</translation>
    </message>
    <message>
        <source>Not ready: %1</source>
        <translation>Nicht bereit: %1</translation>
    </message>
    <message>
        <source>Decided while running: the gain is not known before.</source>
        <translation>Während des Laufs entschieden: Der Gewinn ist vorher nicht bekannt.</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
</context>
<context>
    <name>toca::ui::CurveView</name>
    <message>
        <source>Fresh ratio over steps</source>
        <translation>Frischanteil je Schritt</translation>
    </message>
    <message>
        <source>Fresh ratio over layers</source>
        <translation>Frischanteil je Schicht</translation>
    </message>
    <message>
        <source>%1 points</source>
        <translation>%1 Punkte</translation>
    </message>
    <message>
        <source>move a point of the curve over steps</source>
        <translation>Punkt der Kurve über die Schritte verschieben</translation>
    </message>
    <message>
        <source>move a point of the curve over layers</source>
        <translation>Punkt der Kurve über die Schichten verschieben</translation>
    </message>
    <message>
        <source>add a point to the curve over steps</source>
        <translation>Punkt zur Kurve über die Schritte hinzufügen</translation>
    </message>
    <message>
        <source>add a point to the curve over layers</source>
        <translation>Punkt zur Kurve über die Schichten hinzufügen</translation>
    </message>
    <message>
        <source>remove a point of the curve over steps</source>
        <translation>Punkt der Kurve über die Schritte entfernen</translation>
    </message>
    <message>
        <source>remove a point of the curve over layers</source>
        <translation>Punkt der Kurve über die Schichten entfernen</translation>
    </message>
    <message>
        <source>step %1 · %2 × the fresh ratio</source>
        <translation>Schritt %1 · %2 × Frischanteil</translation>
    </message>
    <message>
        <source>layer %1 · %2 × the fresh ratio</source>
        <translation>Schicht %1 · %2 × Frischanteil</translation>
    </message>
    <message>
        <source>step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>layer</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>Drag a point; double-click adds one, Delete removes it. Bars: planned share of computed tokens, 0 to 100 %.</source>
        <translation>Punkt ziehen; Doppelklick fügt einen hinzu, Entf entfernt ihn. Balken: geplanter Anteil berechneter Tokens, 0 bis 100 %.</translation>
    </message>
</context>
<context>
    <name>toca::ui::CurvesPanel</name>
    <message>
        <source>step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>layer</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>Step of the selected point</source>
        <translation>Schritt des ausgewählten Punkts</translation>
    </message>
    <message>
        <source>Layer of the selected point</source>
        <translation>Schicht des ausgewählten Punkts</translation>
    </message>
    <message>
        <source>Factor of the selected point: times the fresh ratio, 0 to 10</source>
        <translation>Faktor des ausgewählten Punkts: mal Frischanteil, 0 bis 10</translation>
    </message>
    <message>
        <source>Back to the preset&apos;s curve</source>
        <translation>Zurück zur Kurve der Voreinstellung</translation>
    </message>
    <message>
        <source>Reset %1</source>
        <translation>%1 zurücksetzen</translation>
    </message>
    <message>
        <source>Ratio and module factors</source>
        <translation>Anteil und Modulfaktoren</translation>
    </message>
    <message>
        <source>Intervals</source>
        <translation>Intervalle</translation>
    </message>
    <message>
        <source>Score weights</source>
        <translation>Gewichte der Bewertung</translation>
    </message>
    <message>
        <source>%1 has no curves, factors or weights. ToCa and DuCa have; the schedule can be painted for every policy.</source>
        <translation>%1 hat keine Kurven, Faktoren oder Gewichte. ToCa und DuCa haben sie; der Zeitplan lässt sich bei jedem Verfahren malen.</translation>
    </message>
</context>
<context>
    <name>toca::ui::DecisionPlot</name>
    <message>
        <source>Decisions by threshold</source>
        <translation>Entscheidungen nach Schwelle</translation>
    </message>
    <message>
        <source>What this policy decided from. Signal: the change it measured or expected at this step. Accumulated: the sum since the last computed step, which is held against the threshold (dashed): below it the step is skipped, else everything is computed. Steps without a bar are computed whatever the signal says.</source>
        <translation>Wonach dieses Verfahren entschieden hat. Signal: die Änderung, die es in diesem Schritt gemessen oder erwartet hat. Aufsummiert: die Summe seit dem letzten berechneten Schritt, die mit der Schwelle (gestrichelt) verglichen wird: Darunter wird der Schritt übersprungen, sonst wird alles berechnet. Schritte ohne Balken werden berechnet, was auch immer das Signal sagt.</translation>
    </message>
    <message>
        <source>accumulated, skipped</source>
        <translation>aufsummiert, übersprungen</translation>
    </message>
    <message>
        <source>computed</source>
        <translation>berechnet</translation>
    </message>
    <message>
        <source>signal</source>
        <translation>Signal</translation>
    </message>
    <message>
        <source>threshold</source>
        <translation>Schwelle</translation>
    </message>
    <message>
        <source>step %1: computed, nothing to decide</source>
        <translation>Schritt %1: berechnet, nichts zu entscheiden</translation>
    </message>
    <message>
        <source>step %1: %2 &lt; %3, skipped</source>
        <translation>Schritt %1: %2 &lt; %3, übersprungen</translation>
    </message>
    <message>
        <source>step %1: %2, threshold %3, computed</source>
        <translation>Schritt %1: %2, Schwelle %3, berechnet</translation>
    </message>
</context>
<context>
    <name>toca::ui::DockTitles</name>
    <message>
        <source>Panels in one place</source>
        <translation>Panels am selben Platz</translation>
    </message>
    <message>
        <source>Float</source>
        <translation>Abdocken</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
</context>
<context>
    <name>toca::ui::ExplorePanel</name>
    <message>
        <source>s</source>
        <translation>s</translation>
    </message>
    <message>
        <source>GFLOP</source>
        <translation>GFLOP</translation>
    </message>
    <message>
        <source>MiB</source>
        <translation>MiB</translation>
    </message>
    <message>
        <source>Cost and fidelity</source>
        <translation>Kosten und Treue</translation>
    </message>
    <message>
        <source>Each point is a cached run of the library that was compared with its uncached run. Points on the line are beaten by no other: whatever costs less is further from the uncached run.</source>
        <translation>Jeder Punkt ist ein gecachter Lauf der Bibliothek, der mit seinem ungecachten Lauf verglichen wurde. Punkte auf der Linie schlägt kein anderer: Was weniger kostet, liegt weiter vom ungecachten Lauf entfernt.</translation>
    </message>
    <message>
        <source>Use these settings</source>
        <translation>Einstellungen übernehmen</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>Übernehmen</translation>
    </message>
    <message>
        <source>Cost</source>
        <translation>Kosten</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>FLOPs</source>
        <translation>FLOPs</translation>
    </message>
    <message>
        <source>Cache memory</source>
        <translation>Cache-Speicher</translation>
    </message>
    <message>
        <source>What a run costs: seconds of the denoising loop, counted FLOPs, or the most that the cache held</source>
        <translation>Was ein Lauf kostet: Sekunden der Entrauschungsschleife, gezählte FLOPs oder der Höchststand des Caches</translation>
    </message>
    <message>
        <source>Fidelity</source>
        <translation>Treue</translation>
    </message>
    <message>
        <source>PSNR</source>
        <translation>PSNR</translation>
    </message>
    <message>
        <source>SSIM</source>
        <translation>SSIM</translation>
    </message>
    <message>
        <source>Latent error</source>
        <translation>Latentfehler</translation>
    </message>
    <message>
        <source>How near a run is to its own uncached run</source>
        <translation>Wie nah ein Lauf seinem eigenen ungecachten Lauf kommt</translation>
    </message>
    <message>
        <source>Runs shown</source>
        <translation>Gezeigte Läufe</translation>
    </message>
    <message>
        <source>Sweep…</source>
        <translation>Variieren…</translation>
    </message>
    <message>
        <source>Run any two parameters, or several policies, through the queue</source>
        <translation>Zwei beliebige Parameter oder mehrere Verfahren über die Warteschlange durchlaufen lassen</translation>
    </message>
    <message>
        <source>Take the caching of the selected run into the panel (U)</source>
        <translation>Caching des ausgewählten Laufs in den Bereich übernehmen (U)</translation>
    </message>
    <message>
        <source>beaten by no other</source>
        <translation>von keinem geschlagen</translation>
    </message>
    <message>
        <source>other runs</source>
        <translation>andere Läufe</translation>
    </message>
    <message>
        <source>A race</source>
        <translation>Ein Rennen</translation>
    </message>
    <message>
        <source>A job</source>
        <translation>Ein Auftrag</translation>
    </message>
    <message>
        <source>dB</source>
        <translation>dB</translation>
    </message>
    <message>
        <source>%</source>
        <translation>%</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>No compared run yet. Start a sweep, or compare a run with its uncached one.</source>
        <translation>Noch kein verglichener Lauf. Einstellungen variieren oder einen Lauf mit seinem ungecachten vergleichen.</translation>
    </message>
    <message numerus="yes">
        <source>%n run(s). Click one to open it.</source>
        <translation>
            <numerusform>%n Lauf. Zum Öffnen anklicken.</numerusform>
            <numerusform>%n Läufe. Zum Öffnen einen anklicken.</numerusform>
        </translation>
    </message>
    <message>
        <source>Which runs are points: all of this model, those of the present prompt, seed and size, or those of one job</source>
        <translation>Welche Läufe Punkte sind: alle dieses Modells, die mit Prompt, Startwert und Größe von jetzt oder die eines Auftrags</translation>
    </message>
    <message>
        <source>This model</source>
        <translation>Dieses Modell</translation>
    </message>
    <message>
        <source>This request</source>
        <translation>Diese Anfrage</translation>
    </message>
</context>
<context>
    <name>toca::ui::FigureDesk</name>
    <message>
        <source>Numbers beside it (CSV)</source>
        <translation>Zahlen daneben (CSV)</translation>
    </message>
    <message>
        <source>Figure desk</source>
        <translation>Abbildungen ausgeben</translation>
    </message>
    <message>
        <source>Figures</source>
        <translation>Abbildungen</translation>
    </message>
    <message>
        <source>Preview of the figure</source>
        <translation>Vorschau der Abbildung</translation>
    </message>
    <message>
        <source>mm</source>
        <translation>mm</translation>
    </message>
    <message>
        <source>px</source>
        <translation>px</translation>
    </message>
    <message>
        <source>Unit of the size</source>
        <translation>Einheit der Größe</translation>
    </message>
    <message>
        <source>Width</source>
        <translation>Breite</translation>
    </message>
    <message>
        <source>Height</source>
        <translation>Höhe</translation>
    </message>
    <message>
        <source> pt</source>
        <translation> pt</translation>
    </message>
    <message>
        <source>Light, for paper</source>
        <translation>Hell, für Papier</translation>
    </message>
    <message>
        <source>Dark, for slides</source>
        <translation>Dunkel, für Folien</translation>
    </message>
    <message>
        <source> dpi</source>
        <translation> dpi</translation>
    </message>
    <message>
        <source>Dots per inch of PNG pictures; SVG and PDF have none</source>
        <translation>Punkte je Zoll von PNG-Bildern; SVG und PDF haben keine</translation>
    </message>
    <message>
        <source>Writes the table that the figure was drawn from under the same name</source>
        <translation>Schreibt die Tabelle, aus der die Abbildung gezeichnet ist, unter demselben Namen</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Font</source>
        <translation>Schrift</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>Design</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Resolution</source>
        <translation>Auflösung</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Exportieren…</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>%1 × %2 mm</source>
        <translation>%1 × %2 mm</translation>
    </message>
    <message>
        <source>, %1 × %2 pixels</source>
        <translation>, %1 × %2 Pixel</translation>
    </message>
    <message>
        <source>There is no figure to export yet.</source>
        <translation>Es gibt noch keine Abbildung auszugeben.</translation>
    </message>
    <message>
        <source>Export “%1”</source>
        <translation>„%1“ exportieren</translation>
    </message>
</context>
<context>
    <name>toca::ui::FigureFile</name>
    <message>
        <source>%1: the picture could not be made; make the panel larger and try again.</source>
        <translation>%1: Das Bild konnte nicht erstellt werden; den Bereich vergrößern und erneut versuchen.</translation>
    </message>
</context>
<context>
    <name>toca::ui::FlopsPlot</name>
    <message>
        <source>FLOPs per step</source>
        <translation>FLOPs pro Schritt</translation>
    </message>
    <message>
        <source>Matrix products, convolutions and attention, 2 FLOPs per multiply-add, all guidance rows: counted while running, and as planned before. The line on top is a full step; the percentage is the share of it.</source>
        <translation>Matrixprodukte, Faltungen und Aufmerksamkeit, 2 FLOPs pro Multiplikation mit Addition, alle Führungszeilen: im Lauf gezählt und vorab geplant. Die Linie oben ist ein voller Schritt; die Prozentzahl ist der Anteil daran.</translation>
    </message>
    <message>
        <source>counted</source>
        <translation>gezählt</translation>
    </message>
    <message>
        <source>planned</source>
        <translation>geplant</translation>
    </message>
    <message>
        <source>full step</source>
        <translation>voller Schritt</translation>
    </message>
    <message>
        <source>step %1: %2 (%3)</source>
        <translation>Schritt %1: %2 (%3)</translation>
    </message>
    <message>
        <source>step %1: planned %2</source>
        <translation>Schritt %1: geplant %2</translation>
    </message>
</context>
<context>
    <name>toca::ui::FlopsSavedPlot</name>
    <message>
        <source>FLOPs saved</source>
        <translation>Gesparte FLOPs</translation>
    </message>
    <message>
        <source>Sum from the first step on: what full steps would have cost, minus what was counted</source>
        <translation>Summe ab dem ersten Schritt: was volle Schritte gekostet hätten, minus das Gezählte</translation>
    </message>
    <message>
        <source>counted</source>
        <translation>gezählt</translation>
    </message>
    <message>
        <source>planned</source>
        <translation>geplant</translation>
    </message>
    <message>
        <source>up to step %1: %2</source>
        <translation>bis Schritt %1: %2</translation>
    </message>
    <message>
        <source>up to step %1: planned %2</source>
        <translation>bis Schritt %1: geplant %2</translation>
    </message>
</context>
<context>
    <name>toca::ui::FrameScrubber</name>
    <message>
        <source>Video frame</source>
        <translation>Videobild</translation>
    </message>
    <message>
        <source>Drag to a frame of the clip. Shaded groups are the frames that one latent frame carries.</source>
        <translation>Zu einem Bild des Clips ziehen. Schattierte Gruppen sind die Bilder, die ein Latentbild trägt.</translation>
    </message>
    <message>
        <source>no clip</source>
        <translation>kein Clip</translation>
    </message>
    <message>
        <source>frame %1 of %2, %3 s</source>
        <translation>Bild %1 von %2, %3 s</translation>
    </message>
    <message>
        <source>, latent frame %1</source>
        <translation>, Latentbild %1</translation>
    </message>
</context>
<context>
    <name>toca::ui::JobDialog</name>
    <message>
        <source>Nothing</source>
        <translation>Nichts</translation>
    </message>
    <message>
        <source>Policies</source>
        <translation>Verfahren</translation>
    </message>
    <message>
        <source>0.1, 0.15, .., 0.3</source>
        <translation>0.1, 0.15, .., 0.3</translation>
    </message>
    <message>
        <source>Values of: %1</source>
        <translation>Werte von: %1</translation>
    </message>
    <message>
        <source>toca, fora, taylorseer</source>
        <translation>toca, fora, taylorseer</translation>
    </message>
    <message>
        <source>Each prompt and seed also without a cache, to compare with</source>
        <translation>Jeden Prompt und Startwert zum Vergleich auch ohne Cache</translation>
    </message>
    <message>
        <source>Sweep settings</source>
        <translation>Einstellungen variieren</translation>
    </message>
    <message>
        <source>Add to the queue</source>
        <translation>In die Warteschlange einreihen</translation>
    </message>
    <message>
        <source>Prompts, one a line</source>
        <translation>Prompts, einer je Zeile</translation>
    </message>
    <message>
        <source>One prompt a line</source>
        <translation>Ein Prompt je Zeile</translation>
    </message>
    <message>
        <source>Seeds</source>
        <translation>Startwerte</translation>
    </message>
    <message>
        <source>1, 2, .., 10</source>
        <translation>1, 2, .., 10</translation>
    </message>
    <message>
        <source>Whole numbers parted by commas; two dots go on: 1, 2, .., 10</source>
        <translation>Ganze Zahlen, durch Kommas getrennt; zwei Punkte setzen fort: 1, 2, .., 10</translation>
    </message>
    <message>
        <source>Prompts</source>
        <translation>Prompts</translation>
    </message>
    <message>
        <source>Vary</source>
        <translation>Variieren</translation>
    </message>
    <message>
        <source>and</source>
        <translation>und</translation>
    </message>
    <message>
        <source>Add to queue</source>
        <translation>Hinten einreihen</translation>
    </message>
    <message>
        <source>Add to front</source>
        <translation>Vorn einreihen</translation>
    </message>
    <message>
        <source>0.05, 0.1, .., 0.3</source>
        <translation>0.05, 0.1, .., 0.3</translation>
    </message>
    <message numerus="yes">
        <source>%n run(s) will be made.</source>
        <translation>
            <numerusform>%n Lauf wird ausgeführt.</numerusform>
            <numerusform>%n Läufe werden ausgeführt.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>toca::ui::LibraryDialog</name>
    <message>
        <source>Run library</source>
        <translation>Laufbibliothek</translation>
    </message>
    <message>
        <source>Folder of the library</source>
        <translation>Ordner der Bibliothek</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Wählen…</translation>
    </message>
    <message>
        <source>Largest size of the library</source>
        <translation>Maximale Größe der Bibliothek</translation>
    </message>
    <message>
        <source> GiB</source>
        <translation> GiB</translation>
    </message>
    <message>
        <source>no limit</source>
        <translation>keine Grenze</translation>
    </message>
    <message>
        <source>%1 in %2 runs now. Beyond the limit the oldest runs without a star are removed.</source>
        <translation>Derzeit %1 in %2 Läufen. Über der Grenze werden die ältesten Läufe ohne Stern entfernt.</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Size limit</source>
        <translation>Größengrenze</translation>
    </message>
</context>
<context>
    <name>toca::ui::MainWindow</name>
    <message>
        <source>ToCa Studio</source>
        <translation>ToCa Studio</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>Prompt</translation>
    </message>
    <message>
        <source>Caching</source>
        <translation>Caching</translation>
    </message>
    <message>
        <source>Selection map</source>
        <translation>Auswahlkarte</translation>
    </message>
    <message>
        <source>Statistics</source>
        <translation>Statistik</translation>
    </message>
    <message>
        <source>Comparison</source>
        <translation>Vergleich</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>Tokens</translation>
    </message>
    <message>
        <source>Schedule</source>
        <translation>Zeitplan</translation>
    </message>
    <message>
        <source>Curves</source>
        <translation>Kurven</translation>
    </message>
    <message>
        <source>History</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>Läufe</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>Warteschlange</translation>
    </message>
    <message>
        <source>Opening the built-in model…</source>
        <translation>Eingebautes Modell wird geöffnet…</translation>
    </message>
    <message>
        <source>Racing…</source>
        <translation>Rennen läuft…</translation>
    </message>
    <message>
        <source>Recording…</source>
        <translation>Aufzeichnung läuft…</translation>
    </message>
    <message>
        <source>A run is going on.</source>
        <translation>Ein Lauf ist im Gange.</translation>
    </message>
    <message>
        <source>The model is not known yet.</source>
        <translation>Das Modell ist noch nicht bekannt.</translation>
    </message>
    <message>
        <source>&amp;Save picture…</source>
        <translation>Bild &amp;speichern…</translation>
    </message>
    <message>
        <source>&amp;Save clip…</source>
        <translation>Clip &amp;speichern…</translation>
    </message>
    <message>
        <source>Save picture</source>
        <translation>Bild speichern</translation>
    </message>
    <message>
        <source>Save clip</source>
        <translation>Clip speichern</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>Bereit</translation>
    </message>
    <message>
        <source>Model %1</source>
        <translation>Modell %1</translation>
    </message>
    <message>
        <source>Choose a class and press Ctrl+Return</source>
        <translation>Klasse wählen und Strg+Eingabe drücken</translation>
    </message>
    <message>
        <source>Describe a picture and press Ctrl+Return</source>
        <translation>Ein Bild beschreiben und Strg+Eingabe drücken</translation>
    </message>
    <message>
        <source>Describe a clip and press Ctrl+Return</source>
        <translation>Einen Clip beschreiben und Strg+Eingabe drücken</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>&amp;Generate</source>
        <translation>&amp;Erzeugen</translation>
    </message>
    <message>
        <source>Start a run</source>
        <translation>Einen Lauf starten</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>&amp;Abbrechen</translation>
    </message>
    <message>
        <source>Stop the run, or close the message</source>
        <translation>Lauf abbrechen oder Meldung schließen</translation>
    </message>
    <message>
        <source>Compare with &amp;uncached</source>
        <translation>Mit &amp;ungecacht vergleichen</translation>
    </message>
    <message>
        <source>Run the same request without a cache and show both clips side by side with times, gains and fidelity</source>
        <translation>Dieselbe Anfrage ohne Cache ausführen und beide Clips nebeneinander mit Zeiten, Gewinnen und Treue zeigen</translation>
    </message>
    <message>
        <source>&amp;Race</source>
        <translation>&amp;Rennen</translation>
    </message>
    <message>
        <source>Run the checked contenders of the race workspace on the present request</source>
        <translation>Die angehakten Teilnehmer des Arbeitsbereichs „Rennen“ mit der aktuellen Anfrage ausführen</translation>
    </message>
    <message>
        <source>Save the clip as MP4, WebM, GIF or PNG pictures</source>
        <translation>Den Clip als MP4, WebM, GIF oder PNG-Bilder speichern</translation>
    </message>
    <message>
        <source>Save &amp;trace…</source>
        <translation>S&amp;pur speichern…</translation>
    </message>
    <message>
        <source>Save what was decided and measured at every step, layer and module</source>
        <translation>Speichern, was in jedem Schritt, jeder Schicht und jedem Modul entschieden und gemessen wurde</translation>
    </message>
    <message>
        <source>&amp;Export trace as CSV or events…</source>
        <translation>Spur als CSV oder Ereignisse &amp;exportieren…</translation>
    </message>
    <message>
        <source>A table, or a file that profilers open (Trace Event format)</source>
        <translation>Eine Tabelle oder eine Datei, die Profiler öffnen (Trace-Event-Format)</translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation>Ö&amp;ffnen…</translation>
    </message>
    <message>
        <source>Open a bundle or trace, or a picture or clip to take over its request</source>
        <translation>Bündel oder Spur öffnen, oder Bild oder Clip, um dessen Anfrage zu übernehmen</translation>
    </message>
    <message>
        <source>Open &amp;model folder…</source>
        <translation>&amp;Modellordner öffnen…</translation>
    </message>
    <message>
        <source>Open &amp;checkpoint file…</source>
        <translation>&amp;Checkpoint-Datei öffnen…</translation>
    </message>
    <message>
        <source>Open a single file of weights: .safetensors, .pt, .pth or .bin</source>
        <translation>Eine einzelne Datei mit Gewichten öffnen: .safetensors, .pt, .pth oder .bin</translation>
    </message>
    <message>
        <source>Model &amp;details</source>
        <translation>Modell&amp;details</translation>
    </message>
    <message>
        <source>&amp;Reset layout</source>
        <translation>Anordnung &amp;zurücksetzen</translation>
    </message>
    <message>
        <source>Back to the built-in layout of this workspace</source>
        <translation>Zurück zur eingebauten Anordnung dieses Arbeitsbereichs</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts</source>
        <translation>&amp;Tastenkürzel</translation>
    </message>
    <message>
        <source>&amp;Change shortcuts…</source>
        <translation>Tastenkürzel ä&amp;ndern…</translation>
    </message>
    <message>
        <source>C&amp;ommands…</source>
        <translation>&amp;Befehle…</translation>
    </message>
    <message>
        <source>Find any command by some letters of its name</source>
        <translation>Jeden Befehl über einige Buchstaben seines Namens finden</translation>
    </message>
    <message>
        <source>E&amp;xplain</source>
        <translation>&amp;Erklären</translation>
    </message>
    <message>
        <source>Say what the control with the keyboard is for; without one, ask by clicking</source>
        <translation>Sagt, wozu das Bedienelement mit dem Tastaturfokus dient; ohne Fokus per Klick fragen</translation>
    </message>
    <message>
        <source>&amp;Tour</source>
        <translation>&amp;Rundgang</translation>
    </message>
    <message>
        <source>What is where, in a minute</source>
        <translation>Was wo ist, in einer Minute</translation>
    </message>
    <message>
        <source>&amp;About ToCa Studio</source>
        <translation>Über ToCa &amp;Studio</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>Open &amp;recent</source>
        <translation>&amp;Zuletzt geöffnet</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>Been&amp;den</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Wiederholen</translation>
    </message>
    <message>
        <source>&amp;Focus prompt</source>
        <translation>Prompt &amp;fokussieren</translation>
    </message>
    <message>
        <source>Random &amp;example</source>
        <translation>&amp;Zufälliges Beispiel</translation>
    </message>
    <message>
        <source>New random &amp;seed</source>
        <translation>Neuer zufälliger &amp;Startwert</translation>
    </message>
    <message>
        <source>&amp;Run</source>
        <translation>&amp;Lauf</translation>
    </message>
    <message>
        <source>&amp;Player</source>
        <translation>&amp;Wiedergabe</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Named layouts</source>
        <translation>&amp;Benannte Anordnungen</translation>
    </message>
    <message>
        <source>Theme of the s&amp;ystem</source>
        <translation>S&amp;ystemdesign</translation>
    </message>
    <message>
        <source>&amp;Dark theme</source>
        <translation>&amp;Dunkles Design</translation>
    </message>
    <message>
        <source>&amp;Light theme</source>
        <translation>&amp;Helles Design</translation>
    </message>
    <message>
        <source>&amp;High contrast</source>
        <translation>Hoher &amp;Kontrast</translation>
    </message>
    <message>
        <source>L&amp;anguage</source>
        <translation>S&amp;prache</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>%1 (Ctrl+%2)</source>
        <translation>%1 (Strg+%2)</translation>
    </message>
    <message>
        <source>Uncached run in the &amp;background</source>
        <translation>Ungecachter Lauf im &amp;Hintergrund</translation>
    </message>
    <message>
        <source>After a cached run, make the uncached run of the same request while the engine is idle. Whatever you start stops it at once.</source>
        <translation>Nach einem gecachten Lauf den ungecachten Lauf derselben Anfrage ausführen, solange die Engine frei ist. Jeder andere Start bricht ihn sofort ab.</translation>
    </message>
    <message>
        <source>Reading %1…</source>
        <translation>%1 wird gelesen…</translation>
    </message>
    <message>
        <source>A run is going on; open the trace when it has ended.</source>
        <translation>Ein Lauf ist im Gange; die Spur öffnen, wenn er beendet ist.</translation>
    </message>
    <message>
        <source>The trace could not be opened</source>
        <translation>Die Spur konnte nicht geöffnet werden</translation>
    </message>
    <message>
        <source>Trace %1, nothing is recomputed</source>
        <translation>Spur %1, nichts wird neu berechnet</translation>
    </message>
    <message>
        <source>Prompt and settings of %1 restored</source>
        <translation>Prompt und Einstellungen von %1 wiederhergestellt</translation>
    </message>
    <message>
        <source>This was made with the model in %1; the present model would make something else.</source>
        <translation>Dies wurde mit dem Modell in %1 erzeugt; das aktuelle Modell würde etwas anderes erzeugen.</translation>
    </message>
    <message>
        <source>Open that model folder to make it again.</source>
        <translation>Um es erneut zu erzeugen, diesen Modellordner öffnen.</translation>
    </message>
    <message>
        <source>Open a run, a trace, a picture or a clip</source>
        <translation>Lauf, Spur, Bild oder Clip öffnen</translation>
    </message>
    <message>
        <source>Bundles, traces, pictures, clips and presets (*.toca *.safetensors *.mp4 *.webm *.gif *.png *.json);;All files (*)</source>
        <translation>Bündel, Spuren, Bilder, Clips und Voreinstellungen (*.toca *.safetensors *.mp4 *.webm *.gif *.png *.json);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Open a model folder</source>
        <translation>Modellordner öffnen</translation>
    </message>
    <message>
        <source>Open a checkpoint</source>
        <translation>Checkpoint öffnen</translation>
    </message>
    <message>
        <source>Checkpoints (*.safetensors *.pt *.pth *.bin);;All files (*)</source>
        <translation>Checkpoints (*.safetensors *.pt *.pth *.bin);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>MP4, H.264 (*.mp4);;WebM, VP9 (*.webm);;GIF (*.gif)</source>
        <translation>MP4, H.264 (*.mp4);;WebM, VP9 (*.webm);;GIF (*.gif)</translation>
    </message>
    <message>
        <source>Save the picture</source>
        <translation>Bild speichern</translation>
    </message>
    <message>
        <source>PNG, with the request in it (*.png);;%1</source>
        <translation>PNG, mit der Anfrage darin (*.png);;%1</translation>
    </message>
    <message>
        <source>Save the clip</source>
        <translation>Clip speichern</translation>
    </message>
    <message>
        <source>%1;;PNG pictures (*.png)</source>
        <translation>%1;;PNG-Bilder (*.png)</translation>
    </message>
    <message>
        <source>Save the frame on the screen</source>
        <translation>Angezeigtes Videobild speichern</translation>
    </message>
    <message>
        <source>PNG (*.png)</source>
        <translation>PNG (*.png)</translation>
    </message>
    <message>
        <source>Saved %1</source>
        <translation>%1 gespeichert</translation>
    </message>
    <message>
        <source>Saving %1…</source>
        <translation>%1 wird gespeichert…</translation>
    </message>
    <message>
        <source>Not saved</source>
        <translation>Nicht gespeichert</translation>
    </message>
    <message>
        <source>Save the trace</source>
        <translation>Spur speichern</translation>
    </message>
    <message>
        <source>Traces (*.safetensors)</source>
        <translation>Spuren (*.safetensors)</translation>
    </message>
    <message>
        <source>Export the trace</source>
        <translation>Spur exportieren</translation>
    </message>
    <message>
        <source>Table, one line per step, layer and module (*.csv);;Trace events for profilers (*.json)</source>
        <translation>Tabelle, eine Zeile je Schritt, Schicht und Modul (*.csv);;Trace-Ereignisse für Profiler (*.json)</translation>
    </message>
    <message>
        <source>Nothing yet</source>
        <translation>Noch nichts</translation>
    </message>
    <message>
        <source>Ready. The queue is done.</source>
        <translation>Fertig. Die Warteschlange ist abgearbeitet.</translation>
    </message>
    <message>
        <source>Save &amp;bundle…</source>
        <translation>&amp;Bündel speichern…</translation>
    </message>
    <message>
        <source>One file with clip, trace, request, report and pixels, which opens again as this run</source>
        <translation>Eine Datei mit Clip, Spur, Anfrage, Bericht und Pixeln, die sich wieder als dieser Lauf öffnen lässt</translation>
    </message>
    <message>
        <source>Add to the &amp;queue…</source>
        <translation>In die &amp;Warteschlange…</translation>
    </message>
    <message>
        <source>Many prompts, seeds and settings as one job</source>
        <translation>Viele Prompts, Startwerte und Einstellungen als ein Auftrag</translation>
    </message>
    <message>
        <source>Starts when the queue&apos;s present entry has ended</source>
        <translation>Startet, wenn der laufende Eintrag der Warteschlange beendet ist</translation>
    </message>
    <message>
        <source>Save the run as one file</source>
        <translation>Lauf als eine Datei speichern</translation>
    </message>
    <message>
        <source>Bundles (*.toca)</source>
        <translation>Bündel (*.toca)</translation>
    </message>
    <message>
        <source>A run is going on; open the other one when it has ended.</source>
        <translation>Ein Lauf ist im Gange; den anderen öffnen, wenn er beendet ist.</translation>
    </message>
    <message>
        <source>Reading the run…</source>
        <translation>Lauf wird gelesen…</translation>
    </message>
    <message>
        <source>Opened from the library. Nothing was run again.</source>
        <translation>Aus der Bibliothek geöffnet. Nichts wurde neu ausgeführt.</translation>
    </message>
    <message>
        <source>Opened %1. Nothing was run again.</source>
        <translation>%1 geöffnet. Nichts wurde neu ausgeführt.</translation>
    </message>
    <message>
        <source>Recalled. Ctrl+Return makes it.</source>
        <translation>Abgerufen. Erzeugen mit Strg+Eingabe.</translation>
    </message>
    <message>
        <source>Taken over: %1</source>
        <translation>Übernommen: %1</translation>
    </message>
    <message>
        <source>ToCa Studio did not end properly last time.</source>
        <translation>ToCa Studio wurde beim letzten Mal nicht ordnungsgemäß beendet.</translation>
    </message>
    <message>
        <source>Prompt, settings and layout are back as they were a moment before.</source>
        <translation>Prompt, Einstellungen und Anordnung sind wieder auf dem Stand kurz davor.</translation>
    </message>
    <message>
        <source>Welcome to ToCa Studio</source>
        <translation>Willkommen bei ToCa Studio</translation>
    </message>
    <message>
        <source>A diffusion model repeats nearly the same work at every step. This program keeps results in a cache, computes only the tokens that matter, and shows which ones those are. The tour takes a minute.</source>
        <translation>Ein Diffusionsmodell wiederholt in jedem Schritt fast dieselbe Arbeit. Dieses Programm hält Ergebnisse in einem Cache, berechnet nur die Tokens, auf die es ankommt, und zeigt, welche das sind. Der Rundgang dauert eine Minute.</translation>
    </message>
    <message>
        <source>1. Say what you want</source>
        <translation>1. Sagen, was entstehen soll</translation>
    </message>
    <message>
        <source>Type a prompt or take an example, choose seed and size, and press Generate (Ctrl+Return). The built-in model knows coloured shapes that move.</source>
        <translation>Prompt eingeben oder ein Beispiel nehmen, Startwert und Größe wählen und auf „Erzeugen“ klicken (Strg+Eingabe). Das eingebaute Modell kennt farbige Formen, die sich bewegen.</translation>
    </message>
    <message>
        <source>2. Choose how to cache</source>
        <translation>2. Caching wählen</translation>
    </message>
    <message>
        <source>Policies are the published methods. One slider trades speed for fidelity; below it the plan says before the run what it will cost in FLOPs, time and memory.</source>
        <translation>Verfahren sind die veröffentlichten Methoden. Ein Regler wägt Tempo gegen Treue ab; darunter sagt der Plan schon vorher, was der Lauf an FLOPs, Zeit und Speicher kosten wird.</translation>
    </message>
    <message>
        <source>3. Watch it form</source>
        <translation>3. Beim Entstehen zusehen</translation>
    </message>
    <message>
        <source>The clip appears while it is made. The two bars scrub through video frames and through denoising steps; the grid over the picture marks the tokens that were computed.</source>
        <translation>Der Clip erscheint, während er erzeugt wird. Die beiden Leisten fahren durch Videobilder und durch Entrauschungsschritte; das Raster über dem Bild markiert die berechneten Tokens.</translation>
    </message>
    <message>
        <source>4. See where the work goes</source>
        <translation>4. Sehen, wohin die Arbeit geht</translation>
    </message>
    <message>
        <source>Steps run across, layers down. Bright cells computed everything, dark ones reused the cache. Point at a cell to read it, click it to see its tokens.</source>
        <translation>Schritte laufen waagerecht, Schichten senkrecht. Helle Zellen haben alles berechnet, dunkle den Cache wiederverwendet. Auf eine Zelle zeigen, um sie abzulesen; klicken, um ihre Tokens zu sehen.</translation>
    </message>
    <message>
        <source>5. Compare with the truth</source>
        <translation>5. Mit der Wahrheit vergleichen</translation>
    </message>
    <message>
        <source>“Compare with uncached” runs the same request without a cache and measures what caching cost: PSNR, SSIM, time and FLOPs, side by side.</source>
        <translation>„Mit ungecacht vergleichen“ führt dieselbe Anfrage ohne Cache aus und misst, was das Caching gekostet hat: PSNR, SSIM, Zeit und FLOPs, nebeneinander.</translation>
    </message>
    <message>
        <source>6. Go deeper</source>
        <translation>6. Tiefer gehen</translation>
    </message>
    <message>
        <source>Workspaces arrange the window for tuning schedules by hand, analysing tokens and racing policies. Ctrl+Shift+P finds every command, Shift+F1 explains the control you are in.</source>
        <translation>Arbeitsbereiche ordnen das Fenster, um Zeitpläne von Hand abzustimmen, Tokens zu analysieren und Verfahren im Rennen zu vergleichen. Strg+Umschalt+P findet jeden Befehl, Umschalt+F1 erklärt das aktive Bedienelement.</translation>
    </message>
    <message>
        <source>The layout “%1” does not fit this version.</source>
        <translation>Die Anordnung „%1“ passt nicht zu dieser Version.</translation>
    </message>
    <message>
        <source>Arrange the panels and save it again under the same name.</source>
        <translation>Panels neu anordnen und unter demselben Namen wieder speichern.</translation>
    </message>
    <message>
        <source>&amp;Remove</source>
        <translation>&amp;Entfernen</translation>
    </message>
    <message>
        <source>&amp;Save this layout…</source>
        <translation>Diese Anordnung &amp;speichern…</translation>
    </message>
    <message>
        <source>Language of the s&amp;ystem</source>
        <translation>Sprache des S&amp;ystems</translation>
    </message>
    <message>
        <source>The language changes when the program starts again.</source>
        <translation>Die Sprache wechselt beim nächsten Start des Programms.</translation>
    </message>
    <message>
        <source>Save this layout</source>
        <translation>Diese Anordnung speichern</translation>
    </message>
    <message>
        <source>Name of the layout:</source>
        <translation>Name der Anordnung:</translation>
    </message>
    <message>
        <source>&amp;Present full screen</source>
        <translation>Im &amp;Vollbild vorführen</translation>
    </message>
    <message>
        <source>Picture, selection map and one plain sentence per step, for an audience</source>
        <translation>Bild, Auswahlkarte und ein einfacher Satz je Schritt, für Zuhörer</translation>
    </message>
    <message>
        <source>&amp;Figure desk…</source>
        <translation>&amp;Abbildungen ausgeben…</translation>
    </message>
    <message>
        <source>Any plot, map or token grid as PDF, SVG or PNG with size, font and theme, and its numbers as CSV</source>
        <translation>Jede Kurve, Karte oder jedes Tokengitter als PDF, SVG oder PNG mit Größe, Schrift und Design, dazu die Zahlen als CSV</translation>
    </message>
    <message>
        <source>Export &amp;comparison…</source>
        <translation>&amp;Vergleich ausgeben…</translation>
    </message>
    <message>
        <source>One clip of this run, the uncached one and their difference, side by side with labels</source>
        <translation>Ein Clip aus diesem Lauf, dem ungecachten und ihrer Differenz, nebeneinander mit Beschriftung</translation>
    </message>
    <message>
        <source>All steps of the trace %1 are shown.</source>
        <translation>Alle Schritte der Spur %1 sind gezeigt.</translation>
    </message>
    <message>
        <source>Nothing has been generated yet.</source>
        <translation>Noch ist nichts erzeugt.</translation>
    </message>
    <message>
        <source>The finished clip: %1 steps in %2 s.</source>
        <translation>Der fertige Clip: %1 Schritte in %2 s.</translation>
    </message>
    <message>
        <source>The finished clip: %1 fewer FLOPs, %2 faster on the clock than the uncached run</source>
        <translation>Der fertige Clip: %1 weniger FLOPs, %2 schneller nach der Uhr als der ungecachte Lauf</translation>
    </message>
    <message>
        <source>; the clips are identical</source>
        <translation>; die Clips sind identisch</translation>
    </message>
    <message>
        <source>; PSNR %1 dB</source>
        <translation>; PSNR %1 dB</translation>
    </message>
    <message>
        <source>uncached</source>
        <translation>ungecacht</translation>
    </message>
    <message>
        <source>Export the comparison</source>
        <translation>Vergleich ausgeben</translation>
    </message>
    <message>
        <source>Clip (*.mp4 *.webm *.gif)</source>
        <translation>Clip (*.mp4 *.webm *.gif)</translation>
    </message>
    <message>
        <source>%1: %2 × FLOPs, %3 × time</source>
        <translation>%1: %2 × FLOPs, %3 × Zeit</translation>
    </message>
    <message>
        <source>The comparison was not saved</source>
        <translation>Der Vergleich wurde nicht gespeichert</translation>
    </message>
    <message>
        <source>Preparing the run</source>
        <translation>Lauf wird vorbereitet</translation>
    </message>
    <message>
        <source>Ready. Compared with the uncached run of the same request.</source>
        <translation>Fertig. Mit dem ungecachten Lauf derselben Anfrage verglichen.</translation>
    </message>
    <message>
        <source>Decoding frames</source>
        <translation>Bilder werden dekodiert</translation>
    </message>
    <message>
        <source>The model could not be opened</source>
        <translation>Das Modell konnte nicht geöffnet werden</translation>
    </message>
    <message>
        <source>Cancelling…</source>
        <translation>Wird abgebrochen…</translation>
    </message>
    <message>
        <source>Denoising</source>
        <translation>Entrauschen</translation>
    </message>
    <message>
        <source>Ready. The run took %1.</source>
        <translation>Fertig. Der Lauf dauerte %1.</translation>
    </message>
    <message>
        <source>This run skipped nothing: the change was never below the threshold of %1. The smallest was %2.</source>
        <translation>Dieser Lauf hat nichts übersprungen: Die Änderung lag nie unter der Schwelle von %1. Die kleinste war %2.</translation>
    </message>
    <message>
        <source>Thresholds up to %1 do nothing here; choose a larger one in the caching panel.</source>
        <translation>Schwellen bis %1 bewirken hier nichts; im Caching-Bereich eine größere wählen.</translation>
    </message>
    <message>
        <source>This run cached nothing: every module was computed at every step, so it was not faster than an uncached one.</source>
        <translation>Dieser Lauf hat nichts gecacht: Jedes Modul wurde in jedem Schritt berechnet, er war also nicht schneller als ein ungecachter.</translation>
    </message>
    <message>
        <source>Use longer intervals, fewer warm-up steps or more steps in the caching panel.</source>
        <translation>Im Caching-Bereich längere Intervalle, weniger Aufwärmschritte oder mehr Schritte wählen.</translation>
    </message>
    <message>
        <source>Cancelled. What was made until then stays visible.</source>
        <translation>Abgebrochen. Was bis dahin entstanden ist, bleibt sichtbar.</translation>
    </message>
    <message>
        <source>Stopped by an error</source>
        <translation>Durch einen Fehler abgebrochen</translation>
    </message>
    <message>
        <source>Settings taken over: %1</source>
        <translation>Einstellungen übernommen: %1</translation>
    </message>
    <message>
        <source>The race was stopped. What had ended stays.</source>
        <translation>Das Rennen wurde abgebrochen. Was fertig war, bleibt.</translation>
    </message>
    <message>
        <source>Ready. The race has ended.</source>
        <translation>Fertig. Das Rennen ist beendet.</translation>
    </message>
    <message>
        <source>Recording an uncached run for the threshold response</source>
        <translation>Ungecachter Lauf für das Schwellenverhalten wird aufgezeichnet</translation>
    </message>
    <message>
        <source>From the race: %1. Nothing was run again.</source>
        <translation>Aus dem Rennen: %1. Nichts wurde neu ausgeführt.</translation>
    </message>
    <message>
        <source>Explore</source>
        <translation>Erkunden</translation>
    </message>
    <message>
        <source>Measuring…</source>
        <translation>Messung läuft…</translation>
    </message>
    <message>
        <source>Record token &amp;scores</source>
        <translation>Token&amp;bewertungen aufzeichnen</translation>
    </message>
    <message>
        <source>Runs keep the score of every token at every selection: 16 bits each, in memory and in saved traces</source>
        <translation>Läufe behalten die Bewertung jedes Tokens bei jeder Auswahl: je 16 Bit, im Speicher und in gespeicherten Spuren</translation>
    </message>
    <message>
        <source>Sensitivity</source>
        <translation>Empfindlichkeit</translation>
    </message>
    <message>
        <source>Probe</source>
        <translation>Sonde</translation>
    </message>
    <message>
        <source>Measuring sensitivity</source>
        <translation>Empfindlichkeit wird gemessen</translation>
    </message>
    <message>
        <source>Running again with the probe</source>
        <translation>Neuer Lauf mit der Sonde</translation>
    </message>
    <message>
        <source>The run with the probe&apos;s change. Nothing was run again.</source>
        <translation>Der Lauf mit der Änderung der Sonde. Nichts wurde neu ausgeführt.</translation>
    </message>
    <message>
        <source>Tuned, %1 dB on prompts not tuned on</source>
        <translation>Abgestimmt, %1 dB auf ungesehenen Prompts</translation>
    </message>
    <message>
        <source>%1 dB against %2 dB of %3 on %4 prompts not tuned on, in %5 of its time.</source>
        <translation>%1 dB gegenüber %2 dB bei %3 auf %4 ungesehenen Prompts, in %5 von dessen Zeit.</translation>
    </message>
    <message>
        <source>The tuner has ended: %1</source>
        <translation>Die Abstimmung ist beendet: %1</translation>
    </message>
    <message>
        <source>&amp;Measure</source>
        <translation>&amp;Messen</translation>
    </message>
    <message>
        <source>The uncached run is being made in the background: %1 of %2 steps. Whatever you start stops it.</source>
        <translation>Der ungecachte Lauf entsteht im Hintergrund: %1 von %2 Schritten. Was immer Sie starten, hält ihn an.</translation>
    </message>
    <message>
        <source>Uncached run: %1 of %2 steps</source>
        <translation>Ungecachter Lauf: %1 von %2 Schritten</translation>
    </message>
    <message>
        <source>Measure &amp;sensitivity, or pause</source>
        <translation>&amp;Empfindlichkeit messen oder anhalten</translation>
    </message>
    <message>
        <source>Start, pause or go on with the measurement as the sensitivity panel is set</source>
        <translation>Die Messung mit den Einstellungen des Bereichs „Empfindlichkeit“ starten, anhalten oder fortsetzen</translation>
    </message>
    <message>
        <source>Run the &amp;probe, or cancel it</source>
        <translation>&amp;Probe ausführen oder abbrechen</translation>
    </message>
    <message>
        <source>Run again with the painted tokens changed</source>
        <translation>Noch einmal laufen lassen, mit den gemalten Tokens verändert</translation>
    </message>
    <message>
        <source>Record the &amp;threshold response</source>
        <translation>Antwort auf die &amp;Schwelle aufzeichnen</translation>
    </message>
    <message>
        <source>An uncached run from which all thresholds can be read</source>
        <translation>Ein ungecachter Lauf, an dem sich alle Schwellen ablesen lassen</translation>
    </message>
    <message>
        <source>Start or stop the t&amp;uner</source>
        <translation>&amp;Abstimmer starten oder anhalten</translation>
    </message>
    <message>
        <source>Search schedules on example prompts in the background</source>
        <translation>Im Hintergrund Ablaufpläne an Beispielprompts suchen</translation>
    </message>
    <message>
        <source>Pause or resume the &amp;queue</source>
        <translation>&amp;Warteschlange anhalten oder fortsetzen</translation>
    </message>
    <message>
        <source>The running entry is finished first</source>
        <translation>Der laufende Eintrag wird erst beendet</translation>
    </message>
    <message>
        <source>paint tokens</source>
        <translation>Tokens malen</translation>
    </message>
    <message numerus="yes">
        <source>%n token(s) painted, protected in coming runs</source>
        <translation>
            <numerusform>%n Token gemalt, in kommenden Läufen geschützt</numerusform>
            <numerusform>%n Tokens gemalt, in kommenden Läufen geschützt</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n token(s) painted</source>
        <translation>
            <numerusform>%n Token gemalt</numerusform>
            <numerusform>%n Tokens gemalt</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Queue: %1 of %2 steps, %n waiting</source>
        <translation>
            <numerusform>Warteschlange: %1 von %2 Schritten, %n wartet</numerusform>
            <numerusform>Warteschlange: %1 von %2 Schritten, %n warten</numerusform>
        </translation>
    </message>
    <message>
        <source>Cost and fidelity</source>
        <translation>Kosten und Treue</translation>
    </message>
    <message>
        <source>Sensitivity: %1</source>
        <translation>Empfindlichkeit: %1</translation>
    </message>
    <message>
        <source>Probe: damage</source>
        <translation>Sonde: Schaden</translation>
    </message>
    <message>
        <source>Open trainin&amp;g…</source>
        <translation>Trainin&amp;g öffnen…</translation>
    </message>
    <message>
        <source>Curves and samples of a training, while it goes on or after</source>
        <translation>Kurven und Proben eines Trainings, während es läuft oder danach</translation>
    </message>
    <message>
        <source>Open the folder of a training</source>
        <translation>Ordner eines Trainings öffnen</translation>
    </message>
</context>
<context>
    <name>toca::ui::MapLegend</name>
    <message>
        <source>full</source>
        <translation>voll</translation>
    </message>
    <message>
        <source>&lt;b&gt;full&lt;/b&gt;: every token computed, the cache renewed</source>
        <translation>&lt;b&gt;voll&lt;/b&gt;: jedes Token berechnet, der Cache erneuert</translation>
    </message>
    <message>
        <source>subset</source>
        <translation>Teil</translation>
    </message>
    <message>
        <source>&lt;b&gt;subset&lt;/b&gt;: some tokens computed (bar = fresh ratio), the others reused</source>
        <translation>&lt;b&gt;Teilmenge&lt;/b&gt;: einige Tokens berechnet (Balken = Frischanteil), die übrigen wiederverwendet</translation>
    </message>
    <message>
        <source>reused</source>
        <translation>übernommen</translation>
    </message>
    <message>
        <source>&lt;b&gt;reused&lt;/b&gt;: the stored output</source>
        <translation>&lt;b&gt;wiederverwendet&lt;/b&gt;: die gespeicherte Ausgabe</translation>
    </message>
    <message>
        <source>not entered</source>
        <translation>aus</translation>
    </message>
    <message>
        <source>&lt;b&gt;not entered&lt;/b&gt;: layer or step jumped over</source>
        <translation>&lt;b&gt;ausgelassen&lt;/b&gt;: Schicht oder Schritt übersprungen</translation>
    </message>
    <message>
        <source>planned</source>
        <translation>geplant</translation>
    </message>
    <message>
        <source>&lt;b&gt;planned&lt;/b&gt;: not run yet</source>
        <translation>&lt;b&gt;geplant&lt;/b&gt;: noch nicht gelaufen</translation>
    </message>
    <message>
        <source>Key of the selection map</source>
        <translation>Legende der Auswahlkarte</translation>
    </message>
</context>
<context>
    <name>toca::ui::ModelDialog</name>
    <message>
        <source>Part</source>
        <translation>Teil</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>Parameter</translation>
    </message>
    <message>
        <source>On disk</source>
        <translation>Auf Platte</translation>
    </message>
    <message>
        <source>Numbers</source>
        <translation>Zahlentyp</translation>
    </message>
    <message>
        <source>Parts of the model</source>
        <translation>Teile des Modells</translation>
    </message>
    <message>
        <source>Model: %1</source>
        <translation>Modell: %1</translation>
    </message>
    <message>
        <source>%1, %2 parameters, %3 on disk, made for %4 × %5 pixels</source>
        <translation>%1, %2 Parameter, %3 auf der Platte, gemacht für %4 × %5 Pixel</translation>
    </message>
    <message>
        <source>, still pictures</source>
        <translation>, Standbilder</translation>
    </message>
    <message>
        <source> and %1 frames</source>
        <translation> und %1 Bilder</translation>
    </message>
    <message>
        <source> of %1 classes</source>
        <translation> aus %1 Klassen</translation>
    </message>
    <message>
        <source>built into this program</source>
        <translation>in dieses Programm eingebaut</translation>
    </message>
    <message>
        <source>Memory: %1 for the weights and %2 for the cache of the present policy, and room to compute in. %3</source>
        <translation>Speicher: %1 für die Gewichte und %2 für den Cache des aktuellen Verfahrens, dazu Platz zum Rechnen. %3</translation>
    </message>
    <message>
        <source>This system doesn&apos;t tell what is free.</source>
        <translation>Dieses System gibt nicht an, was frei ist.</translation>
    </message>
    <message>
        <source>This machine has %1 free.</source>
        <translation>Auf diesem Rechner sind %1 frei.</translation>
    </message>
    <message>
        <source>This machine has only %1 free: runs will be refused until memory is freed.</source>
        <translation>Auf diesem Rechner sind nur %1 frei: Läufe werden verweigert, bis Speicher frei wird.</translation>
    </message>
    <message>
        <source>Use this model</source>
        <translation>Dieses Modell verwenden</translation>
    </message>
</context>
<context>
    <name>toca::ui::ParameterBar</name>
    <message>
        <source>Drag to set, double-click or Delete to reset.</source>
        <translation>Zum Einstellen ziehen, zum Zurücksetzen Doppelklick oder Entf.</translation>
    </message>
    <message>
        <source>change %1</source>
        <translation>%1 ändern</translation>
    </message>
</context>
<context>
    <name>toca::ui::ParameterRow</name>
    <message>
        <source>Default %1. Double-click the label to reset.</source>
        <translation>Standard: %1. Zum Zurücksetzen auf die Beschriftung doppelklicken.</translation>
    </message>
    <message>
        <source>Back to the preset&apos;s value</source>
        <translation>Zurück zum Wert der Voreinstellung</translation>
    </message>
    <message>
        <source>Reset %1</source>
        <translation>%1 zurücksetzen</translation>
    </message>
    <message>
        <source>the model&apos;s own</source>
        <translation>die des Modells</translation>
    </message>
    <message>
        <source>Choose a file</source>
        <translation>Datei wählen</translation>
    </message>
    <message>
        <source>Choose a file for %1</source>
        <translation>Datei für %1 wählen</translation>
    </message>
</context>
<context>
    <name>toca::ui::PlanStrip</name>
    <message>
        <source>Plan of the run</source>
        <translation>Plan des Laufs</translation>
    </message>
    <message>
        <source>Steps: %1, planned FLOPs gain: %2</source>
        <translation>Schritte: %1, geplanter FLOPs-Gewinn: %2</translation>
    </message>
    <message>
        <source>No plan</source>
        <translation>Kein Plan</translation>
    </message>
    <message>
        <source>no plan</source>
        <translation>kein Plan</translation>
    </message>
    <message>
        <source>Step %1, layer %2, %3: decided while running; expected: %4, %5 of %6 tokens</source>
        <translation>Schritt %1, Schicht %2, %3: während des Laufs entschieden; erwartet: %4, %5 von %6 Tokens</translation>
    </message>
    <message>
        <source>Step %1, layer %2, %3: %4, %5 of %6 tokens computed</source>
        <translation>Schritt %1, Schicht %2, %3: %4, %5 von %6 Tokens berechnet</translation>
    </message>
</context>
<context>
    <name>toca::ui::PlayerWidget</name>
    <message>
        <source>Play</source>
        <translation>Abspielen</translation>
    </message>
    <message>
        <source>Play or pause</source>
        <translation>Wiedergabe starten oder anhalten</translation>
    </message>
    <message>
        <source>Previous frame</source>
        <translation>Voriges Bild</translation>
    </message>
    <message>
        <source>Next frame</source>
        <translation>Nächstes Bild</translation>
    </message>
    <message>
        <source>First frame</source>
        <translation>Erstes Bild</translation>
    </message>
    <message>
        <source>Last frame</source>
        <translation>Letztes Bild</translation>
    </message>
    <message>
        <source>Loop</source>
        <translation>Schleife</translation>
    </message>
    <message>
        <source>Start again at the end</source>
        <translation>Am Ende von vorn beginnen</translation>
    </message>
    <message>
        <source>Slower</source>
        <translation>Langsamer</translation>
    </message>
    <message>
        <source>Faster</source>
        <translation>Schneller</translation>
    </message>
    <message>
        <source>Previous denoising step</source>
        <translation>Voriger Entrauschungsschritt</translation>
    </message>
    <message>
        <source>The clip predicted one step earlier</source>
        <translation>Der einen Schritt früher vorhergesagte Clip</translation>
    </message>
    <message>
        <source>Next denoising step</source>
        <translation>Nächster Entrauschungsschritt</translation>
    </message>
    <message>
        <source>The clip predicted one step later</source>
        <translation>Der einen Schritt später vorhergesagte Clip</translation>
    </message>
    <message>
        <source>Newest clip</source>
        <translation>Neuester Clip</translation>
    </message>
    <message>
        <source>Show the newest prediction as it arrives, in the end the final clip</source>
        <translation>Die jeweils neueste Vorhersage zeigen, am Ende den fertigen Clip</translation>
    </message>
    <message>
        <source>Run only</source>
        <translation>Nur Lauf</translation>
    </message>
    <message>
        <source>The run alone</source>
        <translation>Der Lauf allein</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>Nebeneinander</translation>
    </message>
    <message>
        <source>Run and baseline side by side, at the same frame</source>
        <translation>Lauf und ungecachter Lauf nebeneinander, beim selben Bild</translation>
    </message>
    <message>
        <source>Slider</source>
        <translation>Schieber</translation>
    </message>
    <message>
        <source>Run to the left of a line that you drag, baseline to the right</source>
        <translation>Links einer verschiebbaren Linie der Lauf, rechts der ungecachte Lauf</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>Differenz</translation>
    </message>
    <message>
        <source>|run − baseline| per colour channel, times a gain</source>
        <translation>|Lauf − ungecachter Lauf| je Farbkanal, mal Verstärkung</translation>
    </message>
    <message>
        <source>Slider to the left</source>
        <translation>Schieber nach links</translation>
    </message>
    <message>
        <source>Move the slider&apos;s line to the left</source>
        <translation>Die Linie des Schiebers nach links bewegen</translation>
    </message>
    <message>
        <source>Slider to the right</source>
        <translation>Schieber nach rechts</translation>
    </message>
    <message>
        <source>Move the slider&apos;s line to the right</source>
        <translation>Die Linie des Schiebers nach rechts bewegen</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>Tokens</translation>
    </message>
    <message>
        <source>Show which tokens were computed over the picture</source>
        <translation>Über dem Bild zeigen, welche Tokens berechnet wurden</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>Einpassen</translation>
    </message>
    <message>
        <source>Fit the picture into the window</source>
        <translation>Das Bild ins Fenster einpassen</translation>
    </message>
    <message>
        <source>1:1</source>
        <translation>1:1</translation>
    </message>
    <message>
        <source>One pixel of the clip per pixel of the screen</source>
        <translation>Ein Pixel des Clips je Bildschirmpixel</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>Vergrößern</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>Verkleinern</translation>
    </message>
    <message>
        <source>Hard pixels</source>
        <translation>Harte Pixel</translation>
    </message>
    <message>
        <source>Enlarge without smoothing: every pixel of the clip a square</source>
        <translation>Ohne Glättung vergrößern: jedes Pixel des Clips ein Quadrat</translation>
    </message>
    <message>
        <source>Save picture…</source>
        <translation>Bild speichern…</translation>
    </message>
    <message>
        <source>Save the frame on the screen as a picture</source>
        <translation>Das angezeigte Videobild als Bilddatei speichern</translation>
    </message>
    <message>
        <source>× %1</source>
        <translation>× %1</translation>
    </message>
    <message>
        <source>Gain of the difference</source>
        <translation>Verstärkung der Differenz</translation>
    </message>
    <message>
        <source>Each difference is multiplied by this before it is shown</source>
        <translation>Jede Differenz wird vor der Anzeige damit multipliziert</translation>
    </message>
    <message>
        <source>Computed</source>
        <translation>Berechnet</translation>
    </message>
    <message>
        <source>Tokens computed at the chosen cell; reused ones are dimmed</source>
        <translation>In der gewählten Zelle berechnete Tokens; wiederverwendete sind abgedunkelt</translation>
    </message>
    <message>
        <source>Age</source>
        <translation>Alter</translation>
    </message>
    <message>
        <source>Evaluations since a token was last computed in this layer and module</source>
        <translation>Auswertungen, seit ein Token in dieser Schicht und diesem Modul zuletzt berechnet wurde</translation>
    </message>
    <message>
        <source>Score</source>
        <translation>Bewertung</translation>
    </message>
    <message>
        <source>The policy&apos;s score: the highest are computed</source>
        <translation>Bewertung durch das Verfahren: Die Tokens mit den höchsten Werten werden berechnet</translation>
    </message>
    <message>
        <source>Share</source>
        <translation>Anteil</translation>
    </message>
    <message>
        <source>Share of all layers and modules of the step that computed a token</source>
        <translation>Anteil aller Schichten und Module des Schritts, die ein Token berechnet haben</translation>
    </message>
    <message>
        <source>What the token overlay shows</source>
        <translation>Was die Token-Überlagerung zeigt</translation>
    </message>
    <message>
        <source>Opacity of the token overlay, percent</source>
        <translation>Deckkraft der Token-Überlagerung, Prozent</translation>
    </message>
    <message>
        <source>Zoom</source>
        <translation>Zoom</translation>
    </message>
    <message>
        <source>Frame</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>%1×</source>
        <translation>%1×</translation>
    </message>
    <message>
        <source>Playback speed</source>
        <translation>Wiedergabetempo</translation>
    </message>
    <message>
        <source>Playback speed, times the clip&apos;s own rate  [ [ ] ]</source>
        <translation>Wiedergabetempo, Vielfaches der Bildrate des Clips  [ [ ] ]</translation>
    </message>
    <message>
        <source>Player</source>
        <translation>Wiedergabe</translation>
    </message>
    <message>
        <source>Your picture will appear here</source>
        <translation>Hier erscheint das Bild</translation>
    </message>
    <message>
        <source>Your clip will play here</source>
        <translation>Hier wird der Clip abgespielt</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>%1 / %2</source>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>final</source>
        <translation>final</translation>
    </message>
    <message>
        <source>%1 / %2 s</source>
        <translation>%1 / %2 s</translation>
    </message>
    <message>
        <source>Opacity of the overlay: %1 %</source>
        <translation>Deckkraft der Überlagerung: %1 %</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>Protect tokens</source>
        <translation>Tokens schützen</translation>
    </message>
    <message>
        <source>Paint tokens on the picture that coming runs protect: policies choose them first. The right button erases; width and frames are set beside the probe, whose mask this is.</source>
        <translation>Tokens auf das Bild malen, die kommende Läufe schützen: Verfahren wählen sie zuerst. Die rechte Taste radiert; Breite und Bilder werden bei der Probe eingestellt, deren Maske dies ist.</translation>
    </message>
</context>
<context>
    <name>toca::ui::PlotCard</name>
    <message>
        <source>step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>Copy table</source>
        <translation>Tabelle kopieren</translation>
    </message>
    <message>
        <source>Copy value</source>
        <translation>Wert kopieren</translation>
    </message>
    <message>
        <source>Export as %1…</source>
        <translation>Als %1 exportieren…</translation>
    </message>
    <message>
        <source>Export “%1”</source>
        <translation>„%1“ exportieren</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>%1: a plot is written as .png, .svg, .pdf or .csv; choose one of these endings.</source>
        <translation>%1: Ein Diagramm wird als .png, .svg, .pdf oder .csv geschrieben; eine dieser Endungen wählen.</translation>
    </message>
</context>
<context>
    <name>toca::ui::PolicyChooser</name>
    <message>
        <source>Source: %1</source>
        <translation>Quelle: %1</translation>
    </message>
    <message>
        <source>&lt;b&gt;Not ready:&lt;/b&gt;</source>
        <translation>&lt;b&gt;Nicht bereit:&lt;/b&gt;</translation>
    </message>
    <message>
        <source>&lt;b&gt;Not for this model:&lt;/b&gt;</source>
        <translation>&lt;b&gt;Nicht für dieses Modell:&lt;/b&gt;</translation>
    </message>
    <message>
        <source>%1, not for this model: %2</source>
        <translation>%1, nicht für dieses Modell: %2</translation>
    </message>
</context>
<context>
    <name>toca::ui::Presentation</name>
    <message>
        <source>← → steps   Home, End   P plays   1–4 views   T tokens   + − text   Esc leaves</source>
        <translation>← → Schritte   Pos1, Ende   P spielt ab   1–4 Ansichten   T Tokens   + − Text   Esc beendet</translation>
    </message>
    <message>
        <source>ToCa Studio: presentation</source>
        <translation>ToCa Studio: Vorführung</translation>
    </message>
    <message>
        <source>Presentation</source>
        <translation>Vorführung</translation>
    </message>
    <message>
        <source>The run begins.</source>
        <translation>Der Lauf beginnt.</translation>
    </message>
    <message>
        <source>final</source>
        <translation>final</translation>
    </message>
    <message>
        <source>step %1</source>
        <translation>Schritt %1</translation>
    </message>
</context>
<context>
    <name>toca::ui::PresetMenu</name>
    <message>
        <source>Presets: your own to choose, save, rename, delete, import and export</source>
        <translation>Voreinstellungen: eigene wählen, speichern, umbenennen, löschen, importieren und exportieren</translation>
    </message>
    <message>
        <source>Presets</source>
        <translation>Voreinstellungen</translation>
    </message>
    <message>
        <source>Published examples (read-only)</source>
        <translation>Veröffentlichte Beispiele (schreibgeschützt)</translation>
    </message>
    <message>
        <source>Your presets</source>
        <translation>Eigene Voreinstellungen</translation>
    </message>
    <message>
        <source>None yet</source>
        <translation>Noch keine</translation>
    </message>
    <message>
        <source>&amp;Save the present setting…</source>
        <translation>Aktuelle Einstellung &amp;speichern…</translation>
    </message>
    <message>
        <source>&amp;Rename</source>
        <translation>&amp;Umbenennen</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>&amp;Löschen</translation>
    </message>
    <message>
        <source>&amp;Import…</source>
        <translation>&amp;Importieren…</translation>
    </message>
    <message>
        <source>&amp;Export</source>
        <translation>&amp;Exportieren</translation>
    </message>
    <message>
        <source>choose preset %1</source>
        <translation>Voreinstellung %1 wählen</translation>
    </message>
    <message>
        <source>Save preset</source>
        <translation>Voreinstellung speichern</translation>
    </message>
    <message>
        <source>Name of the preset; one of the same name is replaced:</source>
        <translation>Name der Voreinstellung; eine gleichnamige wird ersetzt:</translation>
    </message>
    <message>
        <source>Rename preset</source>
        <translation>Voreinstellung umbenennen</translation>
    </message>
    <message>
        <source>New name:</source>
        <translation>Neuer Name:</translation>
    </message>
    <message>
        <source>The preset cannot be called %1: choose a name that is not empty and not taken.</source>
        <translation>Die Voreinstellung kann nicht %1 heißen: einen Namen wählen, der nicht leer und noch nicht vergeben ist.</translation>
    </message>
    <message>
        <source>Import presets</source>
        <translation>Voreinstellungen importieren</translation>
    </message>
    <message>
        <source>Presets (*.json);;All files (*)</source>
        <translation>Voreinstellungen (*.json);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Export preset</source>
        <translation>Voreinstellung exportieren</translation>
    </message>
    <message>
        <source>Presets (*.json)</source>
        <translation>Voreinstellungen (*.json)</translation>
    </message>
</context>
<context>
    <name>toca::ui::PresetStore</name>
    <message>
        <source>Presets are not saved: %1 Move the file away and start again.</source>
        <translation>Voreinstellungen werden nicht gespeichert: %1 Die Datei an einen anderen Ort verschieben und das Programm neu starten.</translation>
    </message>
    <message>
        <source>save preset %1</source>
        <translation>Voreinstellung %1 speichern</translation>
    </message>
    <message>
        <source>rename preset %1</source>
        <translation>Voreinstellung %1 umbenennen</translation>
    </message>
    <message>
        <source>delete preset %1</source>
        <translation>Voreinstellung %1 löschen</translation>
    </message>
    <message>
        <source>import preset %1</source>
        <translation>Voreinstellung %1 importieren</translation>
    </message>
    <message>
        <source>import presets</source>
        <translation>Voreinstellungen importieren</translation>
    </message>
    <message>
        <source>There is no preset %1.</source>
        <translation>Es gibt keine Voreinstellung %1.</translation>
    </message>
</context>
<context>
    <name>toca::ui::ProbePanel</name>
    <message>
        <source>Paint all frames</source>
        <translation>Alle Bilder bemalen</translation>
    </message>
    <message>
        <source>Run again</source>
        <translation>Neu ausführen</translation>
    </message>
    <message>
        <source>Clear mask</source>
        <translation>Maske leeren</translation>
    </message>
    <message>
        <source>Protect these tokens in normal runs</source>
        <translation>Diese Tokens in normalen Läufen schützen</translation>
    </message>
    <message>
        <source>Show in the player</source>
        <translation>In der Wiedergabe zeigen</translation>
    </message>
    <message>
        <source>Paint tokens (right button erases)</source>
        <translation>Tokens bemalen (rechte Taste radiert)</translation>
    </message>
    <message>
        <source>Generate a clip first; then paint tokens on its frames.</source>
        <translation>Zuerst einen Clip erzeugen; dann Tokens auf seinen Bildern bemalen.</translation>
    </message>
    <message>
        <source>Damage: change of the final latent</source>
        <translation>Schaden: Änderung des endgültigen Latents</translation>
    </message>
    <message>
        <source>of a token&apos;s norm</source>
        <translation>relativ zur Tokennorm</translation>
    </message>
    <message>
        <source>Run again shows here which tokens the change reaches.</source>
        <translation>„Neu ausführen“ zeigt hier, welche Tokens von der Änderung erreicht werden.</translation>
    </message>
    <message>
        <source>Keep stale</source>
        <translation>Veraltet lassen</translation>
    </message>
    <message>
        <source>Keep fresh</source>
        <translation>Frisch halten</translation>
    </message>
    <message>
        <source>What happens to the painted tokens</source>
        <translation>Was mit den bemalten Tokens geschieht</translation>
    </message>
    <message>
        <source>Stale: the painted tokens are reused, whatever the policy would do.
Fresh: they are computed at every step and layer of the range.</source>
        <translation>Veraltet: Die bemalten Tokens werden wiederverwendet, was auch immer das Verfahren täte.
Frisch: Sie werden in allen gewählten Schritten und Schichten berechnet.</translation>
    </message>
    <message>
        <source>Tokens along the side of the brush</source>
        <translation>Seitenlänge des Pinsels in Tokens</translation>
    </message>
    <message>
        <source>Width of the brush</source>
        <translation>Breite des Pinsels</translation>
    </message>
    <message>
        <source>Paints the same place in every latent frame</source>
        <translation>Bemalt dieselbe Stelle in jedem Latentbild</translation>
    </message>
    <message>
        <source>First step</source>
        <translation>Erster Schritt</translation>
    </message>
    <message>
        <source>Last step</source>
        <translation>Letzter Schritt</translation>
    </message>
    <message>
        <source>First layer</source>
        <translation>Erste Schicht</translation>
    </message>
    <message>
        <source>Last layer</source>
        <translation>Letzte Schicht</translation>
    </message>
    <message>
        <source>Policies that choose tokens by a score then choose these first, and the two rings of tokens around them more often</source>
        <translation>Verfahren, die Tokens nach einer Bewertung wählen, wählen dann diese zuerst und die zwei Ringe von Tokens um sie herum häufiger</translation>
    </message>
    <message>
        <source>Progress of the probe</source>
        <translation>Fortschritt der Sonde</translation>
    </message>
    <message>
        <source>The edited run becomes the current one, the original its comparison</source>
        <translation>Der geänderte Lauf wird zum aktuellen, das Original zu seinem Vergleich</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>Export the maps</source>
        <translation>Karten exportieren</translation>
    </message>
    <message>
        <source>Both maps (.png, .svg, .pdf), or the damage of every token (.csv)</source>
        <translation>Beide Karten (.png, .svg, .pdf) oder der Schaden jedes Tokens (.csv)</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>Tokens</translation>
    </message>
    <message>
        <source>Brush</source>
        <translation>Pinsel</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>Schichten</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Replays the run from the last step at which its state is known, with the painted tokens changed</source>
        <translation>Führt den Lauf ab dem letzten Schritt mit bekanntem Zustand neu aus, mit geänderter Behandlung der bemalten Tokens</translation>
    </message>
    <message>
        <source>%1 of %2 tokens painted</source>
        <translation>%1 von %2 Tokens bemalt</translation>
    </message>
    <message>
        <source>Run again from step %1: the same clip, bit for bit.</source>
        <translation>Ab Schritt %1 neu ausgeführt: derselbe Clip, Bit für Bit.</translation>
    </message>
    <message>
        <source>Run again from step %1. Latent changed by %2: painted tokens %3, others %4. Worst frame differs by %5 of 255 (RMS). Tokens computed in the range: %6, before %7.</source>
        <translation>Ab Schritt %1 neu ausgeführt. Latent um %2 geändert: bemalte Tokens %3, übrige %4. Das schlechteste Bild weicht um %5 von 255 ab (RMS). Berechnete Tokens im Schritt- und Schichtbereich: %6, vorher %7.</translation>
    </message>
    <message>
        <source>There is no result to export.</source>
        <translation>Es gibt kein Ergebnis zum Exportieren.</translation>
    </message>
    <message>
        <source>Export the probe</source>
        <translation>Sonde exportieren</translation>
    </message>
    <message>
        <source>Maps (*.png *.svg *.pdf);;Table (*.csv)</source>
        <translation>Karten (*.png *.svg *.pdf);;Tabelle (*.csv)</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
</context>
<context>
    <name>toca::ui::PromptModel</name>
    <message>
        <source>This model has not learnt %1; it will be guessed or ignored.</source>
        <translation>Dieses Modell hat %1 nicht gelernt; das wird erraten oder ignoriert.</translation>
    </message>
    <message>
        <source>Model&apos;s own</source>
        <translation>Wie Modell</translation>
    </message>
    <message>
        <source>Wide 16:9</source>
        <translation>Quer 16:9</translation>
    </message>
    <message>
        <source>Tall 9:16</source>
        <translation>Hoch 9:16</translation>
    </message>
    <message>
        <source>Square</source>
        <translation>Quadrat</translation>
    </message>
    <message>
        <source>Larger, 1.5 ×</source>
        <translation>Größer, 1,5 ×</translation>
    </message>
    <message>
        <source>Double</source>
        <translation>Doppelt</translation>
    </message>
</context>
<context>
    <name>toca::ui::PromptPanel</name>
    <message>
        <source>Negative prompt</source>
        <translation>Negativ-Prompt</translation>
    </message>
    <message>
        <source>Sampler</source>
        <translation>Sampler</translation>
    </message>
    <message>
        <source>Generate</source>
        <translation>Erzeugen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>Prompt</translation>
    </message>
    <message>
        <source>Describe what is to be seen. Ctrl+Return generates.</source>
        <translation>Beschreiben, was zu sehen sein soll. Strg+Eingabe startet den Lauf.</translation>
    </message>
    <message>
        <source>What the result shows. Ctrl+Return generates, Alt+Up and Alt+Down recall earlier prompts.</source>
        <translation>Was das Ergebnis zeigt. Strg+Eingabe startet den Lauf, Alt+Auf und Alt+Ab holen frühere Prompts zurück.</translation>
    </message>
    <message>
        <source>What it should not show</source>
        <translation>Was es nicht zeigen soll</translation>
    </message>
    <message>
        <source>Guidance pushes away from this text instead of the model&apos;s own unconditional embedding.</source>
        <translation>Die Führung drängt von diesem Text weg statt von der modelleigenen unkonditionierten Einbettung.</translation>
    </message>
    <message>
        <source>A random example prompt</source>
        <translation>Ein zufälliger Beispiel-Prompt</translation>
    </message>
    <message>
        <source>Earlier prompts</source>
        <translation>Frühere Prompts</translation>
    </message>
    <message>
        <source>Example prompts of this model</source>
        <translation>Beispiel-Prompts dieses Modells</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>Klasse</translation>
    </message>
    <message>
        <source>The model in use. Click to see what it holds.</source>
        <translation>Das verwendete Modell. Ein Klick zeigt, was es enthält.</translation>
    </message>
    <message>
        <source>Open a model folder…</source>
        <translation>Modellordner öffnen…</translation>
    </message>
    <message>
        <source>Open a checkpoint file…</source>
        <translation>Checkpoint-Datei öffnen…</translation>
    </message>
    <message>
        <source>Open another model</source>
        <translation>Anderes Modell öffnen</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Denoising steps: each calls the model once. More steps cost time in proportion.</source>
        <translation>Entrauschungsschritte: Jeder ruft das Modell einmal auf. Mehr Schritte kosten entsprechend mehr Zeit.</translation>
    </message>
    <message>
        <source>Classifier-free guidance: prediction = unconditional + scale × (conditional − unconditional). 1 switches it off and halves the work of a step.</source>
        <translation>Klassifikatorfreie Führung: Vorhersage = unkonditioniert + Stärke × (konditioniert − unkonditioniert). 1 schaltet sie ab und halbiert die Arbeit eines Schritts.</translation>
    </message>
    <message>
        <source>Guidance scale</source>
        <translation>Führungsstärke</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>Prozessor</translation>
    </message>
    <message>
        <source>CUDA</source>
        <translation>CUDA</translation>
    </message>
    <message>
        <source>Where the model runs. Automatic takes a CUDA device when this build and machine have one.</source>
        <translation>Wo das Modell läuft. „Automatisch“ nimmt ein CUDA-Gerät, wenn dieser Build und dieser Rechner eines bieten.</translation>
    </message>
    <message>
        <source>Threads of the engine. This machine has %1 processors.</source>
        <translation>Threads der Engine. Dieser Rechner hat %1 Prozessoren.</translation>
    </message>
    <message>
        <source>Start from</source>
        <translation>Start mit</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Startwert</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>Guidance</source>
        <translation>Führung</translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation>Erweitert</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>Genauigkeit</translation>
    </message>
    <message>
        <source>Of the transformer&apos;s weights and features. bfloat16 is faster on processors and GPUs that compute with it, and rounds: the clip differs a little.</source>
        <translation>Der Gewichte und Merkmale des Transformers. bfloat16 ist schneller auf Prozessoren und GPUs, die damit rechnen, und rundet: der Clip unterscheidet sich ein wenig.</translation>
    </message>
    <message>
        <source>Threads</source>
        <translation>Threads</translation>
    </message>
    <message>
        <source>Starts a run (Ctrl+Return)</source>
        <translation>Startet einen Lauf (Strg+Eingabe)</translation>
    </message>
    <message>
        <source>Stops the run; what was made so far stays visible (Esc)</source>
        <translation>Stoppt den Lauf; das bisher Erzeugte bleibt sichtbar (Esc)</translation>
    </message>
    <message>
        <source>Generating…</source>
        <translation>Wird erzeugt…</translation>
    </message>
    <message>
        <source>DDIM</source>
        <translation>DDIM</translation>
    </message>
    <message>
        <source>Deterministic; published with 50 steps.</source>
        <translation>Deterministisch; veröffentlicht mit 50 Schritten.</translation>
    </message>
    <message>
        <source>DDPM</source>
        <translation>DDPM</translation>
    </message>
    <message>
        <source>Draws new noise at every step, with the model&apos;s own variance; published with 250 steps.</source>
        <translation>Zieht in jedem Schritt neues Rauschen mit der modelleigenen Varianz; veröffentlicht mit 250 Schritten.</translation>
    </message>
    <message>
        <source>DPM-Solver++ 2M</source>
        <translation>DPM-Solver++ 2M</translation>
    </message>
    <message>
        <source>Second order, deterministic; published with 20 steps.</source>
        <translation>Zweite Ordnung, deterministisch; veröffentlicht mit 20 Schritten.</translation>
    </message>
    <message>
        <source>Rectified flow</source>
        <translation>Rectified Flow</translation>
    </message>
    <message>
        <source>Straight paths from noise to picture; published with 30 steps.</source>
        <translation>Gerade Pfade vom Rauschen zum Bild; veröffentlicht mit 30 Schritten.</translation>
    </message>
    <message>
        <source>No prompts yet</source>
        <translation>Noch keine Prompts</translation>
    </message>
    <message>
        <source>Example: %1</source>
        <translation>Beispiel: %1</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>Clip</source>
        <translation>Clip</translation>
    </message>
    <message>
        <source>Model: %1</source>
        <translation>Modell: %1</translation>
    </message>
    <message>
        <source>The model in use: %1. Click to see what it holds.</source>
        <translation>Das verwendete Modell: %1. Ein Klick zeigt, was es enthält.</translation>
    </message>
    <message>
        <source>%1 parameters, %2%3</source>
        <translation>%1 Parameter, %2%3</translation>
    </message>
    <message>
        <source>, built in</source>
        <translation>, eingebaut</translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>Wird geladen…</translation>
    </message>
    <message>
        <source>Built-in models</source>
        <translation>Eingebaute Modelle</translation>
    </message>
    <message>
        <source>Text to video</source>
        <translation>Text zu Video</translation>
    </message>
    <message>
        <source>Text to video, reference weights</source>
        <translation>Text zu Video, Referenzgewichte</translation>
    </message>
    <message>
        <source>Class to picture (DiT)</source>
        <translation>Klasse zu Bild (DiT)</translation>
    </message>
    <message>
        <source>Text to video, finer tokens</source>
        <translation>Text zu Video, feinere Token</translation>
    </message>
    <message>
        <source>Text to picture (PixArt)</source>
        <translation>Text zu Bild (PixArt)</translation>
    </message>
</context>
<context>
    <name>toca::ui::QueueModel</name>
    <message>
        <source>waiting</source>
        <translation>wartet</translation>
    </message>
    <message>
        <source>starting</source>
        <translation>startet</translation>
    </message>
    <message>
        <source>saving</source>
        <translation>speichert</translation>
    </message>
    <message>
        <source>done</source>
        <translation>fertig</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>fehlgeschlagen</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>abgebrochen</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Status</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>Prompt</translation>
    </message>
    <message>
        <source>Caching</source>
        <translation>Caching</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Startwert</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>class %1</source>
        <translation>Klasse %1</translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation>noch %1</translation>
    </message>
    <message>
        <source>in %1</source>
        <translation>in %1</translation>
    </message>
    <message>
        <source>%1 of %2 steps</source>
        <translation>%1 von %2 Schritten</translation>
    </message>
</context>
<context>
    <name>toca::ui::QueuePanel</name>
    <message>
        <source>Add runs: many prompts, seeds and settings at once (Ctrl+J)</source>
        <translation>Läufe hinzufügen: viele Prompts, Startwerte und Einstellungen auf einmal (Strg+J)</translation>
    </message>
    <message>
        <source>Pause after the running entry (Space)</source>
        <translation>Nach dem laufenden Eintrag anhalten (Leertaste)</translation>
    </message>
    <message>
        <source>Cancel the running entry</source>
        <translation>Laufenden Eintrag abbrechen</translation>
    </message>
    <message>
        <source>Move the selected entries to the front (Alt+Home)</source>
        <translation>Ausgewählte Einträge nach vorn verschieben (Alt+Pos1)</translation>
    </message>
    <message>
        <source>Try failed and cancelled entries again</source>
        <translation>Fehlgeschlagene und abgebrochene Einträge erneut versuchen</translation>
    </message>
    <message>
        <source>Take finished entries from the list; their runs stay</source>
        <translation>Beendete Einträge aus der Liste nehmen; ihre Läufe bleiben</translation>
    </message>
    <message>
        <source>Progress of the running entry</source>
        <translation>Fortschritt des laufenden Eintrags</translation>
    </message>
    <message>
        <source>Queued runs</source>
        <translation>Läufe in der Warteschlange</translation>
    </message>
    <message>
        <source>Go on with the queue (Space)</source>
        <translation>Warteschlange fortsetzen (Leertaste)</translation>
    </message>
    <message>
        <source>Go on with the queue</source>
        <translation>Warteschlange fortsetzen</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Nothing queued. Ctrl+J adds runs.</source>
        <translation>Nichts eingereiht. Strg+J fügt Läufe hinzu.</translation>
    </message>
    <message>
        <source>%1 of %2 done</source>
        <translation>%1 von %2 fertig</translation>
    </message>
    <message numerus="yes">
        <source>%n failed</source>
        <translation>
            <numerusform>%n fehlgeschlagen</numerusform>
            <numerusform>%n fehlgeschlagen</numerusform>
        </translation>
    </message>
    <message>
        <source>paused</source>
        <translation>angehalten</translation>
    </message>
    <message>
        <source>all in %1</source>
        <translation>alle in %1</translation>
    </message>
</context>
<context>
    <name>toca::ui::Race</name>
    <message>
        <source>Uncached</source>
        <translation>Ungecacht</translation>
    </message>
    <message>
        <source>the baseline</source>
        <translation>die Referenz</translation>
    </message>
</context>
<context>
    <name>toca::ui::RaceGrid</name>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1 × faster</source>
        <translation>%1 × schneller</translation>
    </message>
    <message>
        <source>computed everything</source>
        <translation>alles berechnet</translation>
    </message>
    <message>
        <source>identical</source>
        <translation>identisch</translation>
    </message>
    <message>
        <source>%1 dB</source>
        <translation>%1 dB</translation>
    </message>
    <message>
        <source>Clips of the race</source>
        <translation>Clips des Rennens</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>wartet</translation>
    </message>
    <message>
        <source>failed: %1</source>
        <translation>fehlgeschlagen: %1</translation>
    </message>
    <message>
        <source>not run</source>
        <translation>nicht gelaufen</translation>
    </message>
    <message>
        <source>%1 of %2 steps</source>
        <translation>%1 von %2 Schritten</translation>
    </message>
</context>
<context>
    <name>toca::ui::RacePanel</name>
    <message>
        <source>Start the race</source>
        <translation>Rennen starten</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Abspielen</translation>
    </message>
    <message>
        <source>Play or pause all clips together</source>
        <translation>Alle Clips gemeinsam abspielen oder anhalten</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>Differenz</translation>
    </message>
    <message>
        <source>Show |clip − uncached clip| per colour channel, times 4, instead of the clips</source>
        <translation>Statt der Clips |Clip − ungecachter Clip| je Farbkanal zeigen, mal 4</translation>
    </message>
    <message>
        <source>Open this run</source>
        <translation>Diesen Lauf öffnen</translation>
    </message>
    <message>
        <source>Use these settings</source>
        <translation>Einstellungen übernehmen</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>Export the table with all measured times as CSV</source>
        <translation>Die Tabelle mit allen gemessenen Zeiten als CSV exportieren</translation>
    </message>
    <message>
        <source>Contenders</source>
        <translation>Teilnehmer</translation>
    </message>
    <message>
        <source>Keep present settings</source>
        <translation>Einstellungen merken</translation>
    </message>
    <message>
        <source>Adds the caching panel&apos;s present settings as a contender of their own, so that several can take part</source>
        <translation>Nimmt die aktuellen Einstellungen des Caching-Bereichs als eigenen Teilnehmer auf, sodass mehrere davon antreten können</translation>
    </message>
    <message>
        <source>Uncheck all</source>
        <translation>Alle abwählen</translation>
    </message>
    <message>
        <source>Rounds</source>
        <translation>Runden</translation>
    </message>
    <message>
        <source>How often each contender and the uncached baseline run, in turns. Times are the medians: with three rounds and more, what else this machine does matters less.</source>
        <translation>Wie oft jeder Teilnehmer und der ungecachte Lauf im Wechsel laufen. Die Zeiten sind Mediane: Ab drei Runden fällt weniger ins Gewicht, was dieser Rechner sonst noch tut.</translation>
    </message>
    <message>
        <source>Stops the race; what has ended stays (Esc)</source>
        <translation>Stoppt das Rennen; was beendet ist, bleibt (Esc)</translation>
    </message>
    <message>
        <source>Progress of the race</source>
        <translation>Fortschritt des Rennens</translation>
    </message>
    <message>
        <source>&lt;p&gt;&lt;b&gt;Which cache is the best one here?&lt;/b&gt;&lt;/p&gt;&lt;p&gt;The checked contenders run the present request one after the other, in turns with the uncached baseline. Then their clips play together, and a table compares times, FLOPs, fidelity and memory.&lt;/p&gt;&lt;p&gt;Compare settings of about the same planned gain: anyone is faster who computes less.&lt;/p&gt;</source>
        <translation>&lt;p&gt;&lt;b&gt;Welcher Cache ist hier der beste?&lt;/b&gt;&lt;/p&gt;&lt;p&gt;Die angehakten Teilnehmer führen die aktuelle Anfrage nacheinander aus, im Wechsel mit dem ungecachten Lauf. Danach spielen ihre Clips gemeinsam, und eine Tabelle vergleicht Zeiten, FLOPs, Treue und Speicher.&lt;/p&gt;&lt;p&gt;Zu vergleichen sind Einstellungen mit etwa gleichem geplantem Gewinn: Schneller ist jeder, der weniger berechnet.&lt;/p&gt;</translation>
    </message>
    <message>
        <source>Frame of all clips</source>
        <translation>Bild aller Clips</translation>
    </message>
    <message>
        <source>Shows the selected run in the other workspaces, with its selection map, tokens and statistics; nothing is run again</source>
        <translation>Zeigt den ausgewählten Lauf in den anderen Arbeitsbereichen, mit Auswahlkarte, Tokens und Statistik; nichts läuft erneut</translation>
    </message>
    <message>
        <source>Takes the selected contender&apos;s policy and parameters over into the caching panel</source>
        <translation>Übernimmt Verfahren und Parameter des ausgewählten Teilnehmers in den Caching-Bereich</translation>
    </message>
    <message>
        <source>What the columns mean</source>
        <translation>Bedeutung der Spalten</translation>
    </message>
    <message>
        <source>Comparing the clips…</source>
        <translation>Clips werden verglichen…</translation>
    </message>
    <message>
        <source>Warming up</source>
        <translation>Aufwärmen</translation>
    </message>
    <message>
        <source>Race: run %1 of %2, %3</source>
        <translation>Rennen: Lauf %1 von %2, %3</translation>
    </message>
    <message>
        <source>, about %1 left</source>
        <translation>, noch etwa %1</translation>
    </message>
    <message>
        <source>Check what takes part.</source>
        <translation>Teilnehmer anhaken.</translation>
    </message>
    <message>
        <source>At most %1 contenders fit into one race.</source>
        <translation>In ein Rennen passen höchstens %1 Teilnehmer.</translation>
    </message>
    <message>
        <source>Runs the checked contenders and the uncached baseline on the present request, one after the other</source>
        <translation>Lässt die angehakten Teilnehmer und den ungecachten Lauf nacheinander die aktuelle Anfrage ausführen</translation>
    </message>
    <message>
        <source>%1 runs</source>
        <translation>%1 Läufe</translation>
    </message>
    <message>
        <source>%1 contenders and the uncached baseline, %2 rounds</source>
        <translation>%1 Teilnehmer und der ungecachte Lauf, %2 Runden</translation>
    </message>
    <message>
        <source>Each was measured once: whatever else this machine did meanwhile is in the times.</source>
        <translation>Jeder wurde einmal gemessen: Was dieser Rechner nebenher tat, steckt in den Zeiten.</translation>
    </message>
    <message>
        <source>Times are medians of %1 rounds in turns.</source>
        <translation>Die Zeiten sind Mediane aus %1 Runden im Wechsel.</translation>
    </message>
    <message>
        <source> Bold: best of the column. Playback pauses while something is measured.</source>
        <translation> Fett: bester Wert der Spalte. Während einer Messung pausiert die Wiedergabe.</translation>
    </message>
    <message>
        <source>%1 / %2</source>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>&lt;b&gt;What the columns mean&lt;/b&gt;</source>
        <translation>&lt;b&gt;Bedeutung der Spalten&lt;/b&gt;</translation>
    </message>
    <message>
        <source>Export the race</source>
        <translation>Rennen exportieren</translation>
    </message>
    <message>
        <source>Table (*.csv)</source>
        <translation>Tabelle (*.csv)</translation>
    </message>
</context>
<context>
    <name>toca::ui::RaceTable</name>
    <message>
        <source>Results of the race</source>
        <translation>Ergebnisse des Rennens</translation>
    </message>
</context>
<context>
    <name>toca::ui::RaceTableModel</name>
    <message>
        <source>failed</source>
        <translation>fehlgeschlagen</translation>
    </message>
    <message>
        <source>not run</source>
        <translation>nicht gelaufen</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>wartet</translation>
    </message>
    <message>
        <source>reference</source>
        <translation>Referenz</translation>
    </message>
    <message>
        <source>identical</source>
        <translation>identisch</translation>
    </message>
    <message>
        <source>Median of %1</source>
        <translation>Median aus %1</translation>
    </message>
    <message>
        <source>%1 Best of this race.</source>
        <translation>%1 Bester Wert dieses Rennens.</translation>
    </message>
    <message>
        <source>%1, best</source>
        <translation>%1, bester Wert</translation>
    </message>
    <message>
        <source>Caching policy, with its preset or what was changed.</source>
        <translation>Caching-Verfahren mit seiner Voreinstellung oder dem, was geändert wurde.</translation>
    </message>
    <message>
        <source>Wall-clock time of the denoising loop, without loading, text, previews and decoding; the median of the rounds.</source>
        <translation>Laufzeit der Entrauschungsschleife ohne Laden, Text, Vorschauen und Dekodieren; Median der Runden.</translation>
    </message>
    <message>
        <source>Denoising time of the uncached baseline divided by this one&apos;s, both measured in this race, in turns.</source>
        <translation>Entrauschungszeit des ungecachten Laufs geteilt durch die dieses Laufs, beide in diesem Rennen im Wechsel gemessen.</translation>
    </message>
    <message>
        <source>FLOPs counted in the uncached baseline divided by those counted in this run.</source>
        <translation>Im ungecachten Lauf gezählte FLOPs geteilt durch die in diesem Lauf gezählten.</translation>
    </message>
    <message>
        <source>Time gain divided by FLOPs gain: how much of the saved work became saved time. Choosing, gathering and scattering tokens, memory traffic and work that is never skipped make it smaller than 1.</source>
        <translation>Zeitgewinn geteilt durch FLOPs-Gewinn: wie viel der gesparten Arbeit zu gesparter Zeit wurde. Auswählen, Einsammeln und Verteilen der Tokens, Speicherverkehr und nie übersprungene Arbeit machen den Wert kleiner als 1.</translation>
    </message>
    <message>
        <source>Peak signal-to-noise ratio against the uncached clip: 10 log10(255² / mean squared error) over all 8-bit RGB values. Higher is closer; it does not say which one is better.</source>
        <translation>Spitzen-Signal-Rausch-Verhältnis gegenüber dem ungecachten Clip: 10 log10(255² / mittlerer quadratischer Fehler) über alle 8-Bit-RGB-Werte. Höher heißt näher; welcher Clip besser ist, sagt es nicht.</translation>
    </message>
    <message>
        <source>Structural similarity with the uncached clip: luma, Gaussian window 11 × 11, sigma 1.5, mean over frames. 1 is identical.</source>
        <translation>Strukturelle Ähnlichkeit mit dem ungecachten Clip: Luma, Gauß-Fenster 11 × 11, Sigma 1,5, Mittel über die Bilder. 1 heißt identisch.</translation>
    </message>
    <message>
        <source>Largest size of what the policy kept, counted while running.</source>
        <translation>Maximale Größe dessen, was das Verfahren aufbewahrt hat, während des Laufs gezählt.</translation>
    </message>
    <message>
        <source>Contender</source>
        <translation>Teilnehmer</translation>
    </message>
    <message>
        <source>Loop time</source>
        <translation>Schleifenzeit</translation>
    </message>
    <message>
        <source>Time gain</source>
        <translation>Zeitgewinn</translation>
    </message>
    <message>
        <source>FLOPs gain</source>
        <translation>FLOPs-Gewinn</translation>
    </message>
    <message>
        <source>Ratio</source>
        <translation>Verhältnis</translation>
    </message>
    <message>
        <source>PSNR</source>
        <translation>PSNR</translation>
    </message>
    <message>
        <source>SSIM</source>
        <translation>SSIM</translation>
    </message>
    <message>
        <source>Cache</source>
        <translation>Cache</translation>
    </message>
    <message>
        <source>%1 / %2 steps</source>
        <translation>%1 / %2 Schritte</translation>
    </message>
</context>
<context>
    <name>toca::ui::RaceTile</name>
    <message>
        <source>%1
%2
Double-click or Return opens this run with its maps and statistics.</source>
        <translation>%1
%2
Doppelklick oder Eingabe öffnet diesen Lauf mit seinen Karten und seiner Statistik.</translation>
    </message>
</context>
<context>
    <name>toca::ui::RunDesk</name>
    <message numerus="yes">
        <source>%n run(s) moved to the trash. Ctrl+Z brings them back.</source>
        <translation>
            <numerusform>%n Lauf in den Papierkorb verschoben. Strg+Z holt ihn zurück.</numerusform>
            <numerusform>%n Läufe in den Papierkorb verschoben. Strg+Z holt sie zurück.</numerusform>
        </translation>
    </message>
    <message>
        <source>Saved %1</source>
        <translation>%1 gespeichert</translation>
    </message>
    <message>
        <source>What was in the trash is back.</source>
        <translation>Was im Papierkorb lag, ist zurück.</translation>
    </message>
</context>
<context>
    <name>toca::ui::RunDetails</name>
    <message>
        <source>Metadata of the selected run</source>
        <translation>Metadaten des ausgewählten Laufs</translation>
    </message>
    <message numerus="yes">
        <source>%n run(s) selected</source>
        <translation>
            <numerusform>%n Lauf ausgewählt</numerusform>
            <numerusform>%n Läufe ausgewählt</numerusform>
        </translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Damaged run</source>
        <translation>Beschädigter Lauf</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>Grund</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Policy</source>
        <translation>Verfahren</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>s denoising</source>
        <translation>s Entrauschen</translation>
    </message>
    <message>
        <source>×</source>
        <translation>×</translation>
    </message>
    <message>
        <source>FLOPs gain</source>
        <translation>FLOPs-Gewinn</translation>
    </message>
    <message>
        <source>PSNR</source>
        <translation>PSNR</translation>
    </message>
    <message>
        <source>identical</source>
        <translation>identisch</translation>
    </message>
    <message>
        <source>dB to the uncached run</source>
        <translation>dB zum ungecachten Lauf</translation>
    </message>
    <message>
        <source>SSIM</source>
        <translation>SSIM</translation>
    </message>
    <message>
        <source>Latent error</source>
        <translation>Latentfehler</translation>
    </message>
    <message>
        <source>Cache</source>
        <translation>Cache</translation>
    </message>
    <message>
        <source>FLOPs</source>
        <translation>FLOPs</translation>
    </message>
    <message>
        <source>%1 GFLOP</source>
        <translation>%1 GFLOP</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Startwert</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>Guidance</source>
        <translation>Führung</translation>
    </message>
    <message>
        <source>%1 × %2, %3 frames</source>
        <translation>%1 × %2, %3 Bilder</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>built in</source>
        <translation>eingebaut</translation>
    </message>
    <message>
        <source>Sampler</source>
        <translation>Sampler</translation>
    </message>
    <message>
        <source>Negative</source>
        <translation>Negativ</translation>
    </message>
    <message>
        <source>Made</source>
        <translation>Erstellt</translation>
    </message>
    <message>
        <source>From</source>
        <translation>Herkunft</translation>
    </message>
    <message>
        <source>On disk</source>
        <translation>Auf Platte</translation>
    </message>
    <message>
        <source>Time gain against the newest uncached run</source>
        <translation>Zeitgewinn gegen den neuesten ungecachten Lauf</translation>
    </message>
</context>
<context>
    <name>toca::ui::RunListModel</name>
    <message>
        <source>class %1</source>
        <translation>Klasse %1</translation>
    </message>
    <message>
        <source>no prompt</source>
        <translation>kein Prompt</translation>
    </message>
    <message>
        <source>damaged</source>
        <translation>beschädigt</translation>
    </message>
    <message>
        <source>uncached</source>
        <translation>ungecacht</translation>
    </message>
    <message>
        <source>identical</source>
        <translation>identisch</translation>
    </message>
    <message>
        <source>%1 dB</source>
        <translation>%1 dB</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1
%2, seed %3</source>
        <translation>%1
%2, Startwert %3</translation>
    </message>
    <message>
        <source>%1, %2, seed %3%4</source>
        <translation>%1, %2, Startwert %3%4</translation>
    </message>
    <message>
        <source>, starred</source>
        <translation>, mit Stern</translation>
    </message>
</context>
<context>
    <name>toca::ui::RunStore</name>
    <message numerus="yes">
        <source>The library was above its limit: %n old run(s) removed.</source>
        <translation>
            <numerusform>Die Bibliothek überschritt ihre Grenze: %n alter Lauf entfernt.</numerusform>
            <numerusform>Die Bibliothek überschritt ihre Grenze: %n alte Läufe entfernt.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>toca::ui::RunsPanel</name>
    <message numerus="yes">
        <source>Delete %n run(s)</source>
        <translation>
            <numerusform>%n Lauf löschen</numerusform>
            <numerusform>%n Läufe löschen</numerusform>
        </translation>
    </message>
    <message>
        <source>Search prompt, policy, model, seed</source>
        <translation>Prompt, Verfahren, Modell, Startwert suchen</translation>
    </message>
    <message>
        <source>Search runs</source>
        <translation>Läufe suchen</translation>
    </message>
    <message>
        <source>Show starred runs only</source>
        <translation>Nur Läufe mit Stern zeigen</translation>
    </message>
    <message>
        <source>Starred runs only</source>
        <translation>Nur Läufe mit Stern</translation>
    </message>
    <message>
        <source>Show everything known of the selected run (I)</source>
        <translation>Alles über den ausgewählten Lauf Bekannte zeigen (I)</translation>
    </message>
    <message>
        <source>Metadata</source>
        <translation>Metadaten</translation>
    </message>
    <message>
        <source>Folder and size limit of the library</source>
        <translation>Ordner und Größengrenze der Bibliothek</translation>
    </message>
    <message>
        <source>Library settings</source>
        <translation>Bibliothekseinstellungen</translation>
    </message>
    <message>
        <source>Order of the runs</source>
        <translation>Reihenfolge der Läufe</translation>
    </message>
    <message>
        <source>Newest</source>
        <translation>Neueste</translation>
    </message>
    <message>
        <source>Oldest</source>
        <translation>Älteste</translation>
    </message>
    <message>
        <source>Time gain</source>
        <translation>Zeitgewinn</translation>
    </message>
    <message>
        <source>PSNR</source>
        <translation>PSNR</translation>
    </message>
    <message>
        <source>Shortest</source>
        <translation>Kürzeste</translation>
    </message>
    <message>
        <source>Runs of the library</source>
        <translation>Läufe der Bibliothek</translation>
    </message>
    <message>
        <source>%1 runs, %2</source>
        <translation>%1 Läufe, %2</translation>
    </message>
    <message>
        <source>%1 of %2 runs</source>
        <translation>%1 von %2 Läufen</translation>
    </message>
    <message>
        <source>The library may take %1; beyond that the oldest runs without a star go.</source>
        <translation>Die Bibliothek darf %1 belegen; darüber hinaus werden die ältesten Läufe ohne Stern entfernt.</translation>
    </message>
    <message>
        <source>The library has no limit.</source>
        <translation>Die Bibliothek hat keine Größengrenze.</translation>
    </message>
    <message>
        <source>Runs appear here when they have ended.</source>
        <translation>Läufe erscheinen hier, sobald sie beendet sind.</translation>
    </message>
    <message>
        <source>No library is open.</source>
        <translation>Keine Bibliothek ist geöffnet.</translation>
    </message>
    <message>
        <source>Select a run. Return opens it.</source>
        <translation>Einen Lauf auswählen. Eingabe öffnet ihn.</translation>
    </message>
    <message>
        <source>&amp;Open</source>
        <translation>Ö&amp;ffnen</translation>
    </message>
    <message>
        <source>Recall &amp;all</source>
        <translation>&amp;Alles übernehmen</translation>
    </message>
    <message>
        <source>Everything needed to make this run again</source>
        <translation>Alles, was zum Wiederholen dieses Laufs nötig ist</translation>
    </message>
    <message>
        <source>Recall &amp;prompt</source>
        <translation>&amp;Prompt übernehmen</translation>
    </message>
    <message>
        <source>Recall &amp;seed</source>
        <translation>&amp;Startwert übernehmen</translation>
    </message>
    <message>
        <source>Recall &amp;caching</source>
        <translation>&amp;Caching übernehmen</translation>
    </message>
    <message>
        <source>Policy, preset and parameters</source>
        <translation>Verfahren, Voreinstellung und Parameter</translation>
    </message>
    <message>
        <source>Re&amp;mix</source>
        <translation>&amp;Variieren</translation>
    </message>
    <message>
        <source>Everything but the seed</source>
        <translation>Alles außer dem Startwert</translation>
    </message>
    <message>
        <source>Add to &amp;queue</source>
        <translation>In &amp;Warteschlange stellen</translation>
    </message>
    <message>
        <source>Save &amp;bundle…</source>
        <translation>&amp;Bündel speichern…</translation>
    </message>
    <message>
        <source>Remove s&amp;tar</source>
        <translation>S&amp;tern entfernen</translation>
    </message>
    <message>
        <source>S&amp;tar</source>
        <translation>S&amp;tern setzen</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>&amp;Löschen</translation>
    </message>
</context>
<context>
    <name>toca::ui::SampleBoard</name>
    <message>
        <source>No samples yet. A training makes them with each validation.</source>
        <translation>Noch keine Proben. Ein Training macht sie bei jeder Prüfung.</translation>
    </message>
    <message>
        <source>Samples</source>
        <translation>Proben</translation>
    </message>
    <message>
        <source>Milestone</source>
        <translation>Meilenstein</translation>
    </message>
    <message>
        <source>Whose samples are shown: the milestones of the training, from the first to the newest</source>
        <translation>Wessen Proben gezeigt werden: die Meilensteine des Trainings, vom ersten bis zum neuesten</translation>
    </message>
    <message>
        <source>Beside it</source>
        <translation>Daneben</translation>
    </message>
    <message>
        <source>Another milestone whose samples of the same captions stand on the left</source>
        <translation>Ein anderer Meilenstein, dessen Proben zu denselben Beschreibungen links stehen</translation>
    </message>
    <message>
        <source>beside</source>
        <translation>neben</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>nichts</translation>
    </message>
    <message>
        <source>the first</source>
        <translation>dem ersten</translation>
    </message>
    <message>
        <source>the one before</source>
        <translation>dem vorigen</translation>
    </message>
    <message>
        <source>step %1</source>
        <translation>Schritt %1</translation>
    </message>
    <message>
        <source>Sample %1</source>
        <translation>Probe %1</translation>
    </message>
    <message>
        <source>Pause the samples</source>
        <translation>Proben anhalten</translation>
    </message>
    <message>
        <source>Play the samples</source>
        <translation>Proben abspielen</translation>
    </message>
</context>
<context>
    <name>toca::ui::SampleStore</name>
    <message>
        <source>Class %1</source>
        <translation>Klasse %1</translation>
    </message>
    <message>
        <source>This build reads no clips.</source>
        <translation>Dieses Programm wurde ohne das Lesen von Clips gebaut.</translation>
    </message>
    <message>
        <source>The file holds no picture.</source>
        <translation>Die Datei enthält kein Bild.</translation>
    </message>
</context>
<context>
    <name>toca::ui::SampleTile</name>
    <message>
        <source>None</source>
        <translation>Keine</translation>
    </message>
    <message>
        <source>Cannot be read</source>
        <translation>Nicht lesbar</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>Wird gelesen…</translation>
    </message>
</context>
<context>
    <name>toca::ui::ScheduleEditor</name>
    <message>
        <source>%1 of the tokens</source>
        <translation>%1 der Tokens</translation>
    </message>
    <message>
        <source>reuse</source>
        <translation>wiederverwenden</translation>
    </message>
    <message>
        <source>forecast of order %1</source>
        <translation>Vorhersage der Ordnung %1</translation>
    </message>
    <message>
        <source>compute</source>
        <translation>berechnen</translation>
    </message>
</context>
<context>
    <name>toca::ui::SchedulePanel</name>
    <message>
        <source>time not measured yet</source>
        <translation>Zeit noch nicht gemessen</translation>
    </message>
    <message>
        <source>%1%2 of %3 uncached</source>
        <translation>%1%2 von %3 ungecacht</translation>
    </message>
    <message>
        <source>Compute</source>
        <translation>Berechnen</translation>
    </message>
    <message>
        <source>Every token is computed and the cache renewed (key 1)</source>
        <translation>Jedes Token wird berechnet und der Cache erneuert (Taste 1)</translation>
    </message>
    <message>
        <source>Ratio</source>
        <translation>Anteil</translation>
    </message>
    <message>
        <source>The share of tokens with the highest score is computed, the others reused (key 2)</source>
        <translation>Der Anteil der Tokens mit der höchsten Bewertung wird berechnet, die übrigen werden wiederverwendet (Taste 2)</translation>
    </message>
    <message>
        <source>Share of tokens that the ratio brush computes</source>
        <translation>Anteil der Tokens, die der Anteil-Pinsel berechnet</translation>
    </message>
    <message>
        <source>Share of tokens that the ratio brush computes, in percent</source>
        <translation>Anteil der Tokens, die der Anteil-Pinsel berechnet, in Prozent</translation>
    </message>
    <message>
        <source>Reuse</source>
        <translation>Aus Cache</translation>
    </message>
    <message>
        <source>The stored output is used, nothing is computed (key 3)</source>
        <translation>Die gespeicherte Ausgabe wird verwendet, nichts wird berechnet (Taste 3)</translation>
    </message>
    <message>
        <source>Forecast</source>
        <translation>Vorhersage</translation>
    </message>
    <message>
        <source>The output is extrapolated from the last full steps, as TaylorSeer does (key 4)</source>
        <translation>Die Ausgabe wird aus den letzten vollen Schritten extrapoliert, wie bei TaylorSeer (Taste 4)</translation>
    </message>
    <message>
        <source>order </source>
        <translation>Ordnung </translation>
    </message>
    <message>
        <source>Order of the forecast brush</source>
        <translation>Ordnung des Vorhersage-Pinsels</translation>
    </message>
    <message>
        <source>Highest derivative of the forecast: 1 = a straight line. Each order keeps one more tensor.</source>
        <translation>Höchste Ableitung der Vorhersage: 1 = eine Gerade. Jede Ordnung bewahrt einen weiteren Tensor auf.</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Wiederholen</translation>
    </message>
    <message>
        <source>Show the whole table (0). Ctrl+wheel zooms.</source>
        <translation>Ganze Tabelle zeigen (0). Strg+Mausrad zoomt.</translation>
    </message>
    <message>
        <source>Totals of the schedule</source>
        <translation>Summen des Zeitplans</translation>
    </message>
    <message>
        <source>Planned FLOPs gain, planned seconds of the denoising loop from module times measured on this machine, and planned cache memory</source>
        <translation>Geplanter FLOPs-Gewinn, geplante Sekunden der Entrauschungsschleife nach auf diesem Rechner gemessenen Modulzeiten und geplanter Cache-Speicher</translation>
    </message>
    <message>
        <source>Cell under the pointer</source>
        <translation>Zelle unter dem Zeiger</translation>
    </message>
    <message>
        <source>Undo: %1</source>
        <translation>Rückgängig: %1</translation>
    </message>
    <message>
        <source>Redo: %1</source>
        <translation>Wiederholen: %1</translation>
    </message>
    <message>
        <source>%1 × FLOPs · %2 · %3</source>
        <translation>%1 × FLOPs · %2 · %3</translation>
    </message>
    <message>
        <source>The plan of %1. Painting makes it a custom schedule. %2</source>
        <translation>Der Plan von %1. Malen macht daraus einen eigenen Zeitplan. %2</translation>
    </message>
    <message>
        <source>Drag paints, right-drag restores, Shift paints rectangles.</source>
        <translation>Ziehen malt, Ziehen mit rechter Taste stellt wieder her, Umschalt malt Rechtecke.</translation>
    </message>
</context>
<context>
    <name>toca::ui::ScheduleView</name>
    <message>
        <source>Schedule: steps across, layers down</source>
        <translation>Zeitplan: Schritte waagerecht, Schichten senkrecht</translation>
    </message>
    <message>
        <source>restore the schedule</source>
        <translation>Zeitplan wiederherstellen</translation>
    </message>
    <message>
        <source>paint %1</source>
        <translation>„%1“ malen</translation>
    </message>
    <message>
        <source>step %1 · %2 · %3</source>
        <translation>Schritt %1 · %2 · %3</translation>
    </message>
    <message>
        <source>%1 · always computed: nothing is stored yet</source>
        <translation>%1 · immer berechnet: noch nichts gespeichert</translation>
    </message>
    <message>
        <source>No plan</source>
        <translation>Kein Plan</translation>
    </message>
    <message>
        <source>No plan yet. It appears here as soon as a model is open and its size is possible.</source>
        <translation>Noch kein Plan. Er erscheint hier, sobald ein Modell geöffnet und die Größe möglich ist.</translation>
    </message>
    <message>
        <source>step</source>
        <translation>Schritt</translation>
    </message>
</context>
<context>
    <name>toca::ui::SeedControls</name>
    <message>
        <source>Seed</source>
        <translation>Startwert</translation>
    </message>
    <message>
        <source>Start of the noise: the same seed and settings give the same clip again.</source>
        <translation>Ursprung des Rauschens: Gleicher Startwert und gleiche Einstellungen ergeben wieder denselben Clip.</translation>
    </message>
    <message>
        <source>New random seed</source>
        <translation>Neuer zufälliger Startwert</translation>
    </message>
    <message>
        <source>Keep the seed</source>
        <translation>Startwert behalten</translation>
    </message>
    <message>
        <source>Locked: the seed stays the same after a run, so that settings can be compared.</source>
        <translation>Gesperrt: Der Startwert bleibt nach einem Lauf gleich, sodass sich Einstellungen vergleichen lassen.</translation>
    </message>
    <message>
        <source>Seed after a run</source>
        <translation>Startwert nach einem Lauf</translation>
    </message>
    <message>
        <source>What happens to the seed when a run has started.</source>
        <translation>Was mit dem Startwert geschieht, wenn ein Lauf gestartet ist.</translation>
    </message>
    <message>
        <source>Fixed</source>
        <translation>Fest</translation>
    </message>
    <message>
        <source>Random</source>
        <translation>Zufällig</translation>
    </message>
    <message>
        <source>+ 1</source>
        <translation>+ 1</translation>
    </message>
</context>
<context>
    <name>toca::ui::SelectionMapView</name>
    <message>
        <source>No run yet. The plan appears here as soon as a model is open; generating fills it in, step by step.</source>
        <translation>Noch kein Lauf. Der Plan erscheint hier, sobald ein Modell offen ist; das Erzeugen füllt ihn Schritt für Schritt aus.</translation>
    </message>
    <message>
        <source> layer</source>
        <translation> Schicht</translation>
    </message>
    <message>
        <source>step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>tokens computed, share</source>
        <translation>berechnete Tokens, Anteil</translation>
    </message>
    <message>
        <source>computed</source>
        <translation>berechnet</translation>
    </message>
    <message>
        <source>Selection map</source>
        <translation>Auswahlkarte</translation>
    </message>
    <message>
        <source>Steps across, layers down: share of tokens computed. Nothing to show yet.</source>
        <translation>Schritte waagrecht, Schichten senkrecht: Anteil berechneter Tokens. Noch nichts zu zeigen.</translation>
    </message>
    <message>
        <source>Steps across, layers down: share of tokens computed.</source>
        <translation>Schritte waagrecht, Schichten senkrecht: Anteil berechneter Tokens.</translation>
    </message>
</context>
<context>
    <name>toca::ui::SelectionPanel</name>
    <message>
        <source>By module</source>
        <translation>Nach Modul</translation>
    </message>
    <message>
        <source>Three bands: self-attention, cross-attention, MLP; layers inside</source>
        <translation>Drei Bänder: Selbstaufmerksamkeit, Kreuzaufmerksamkeit, MLP; darin die Schichten</translation>
    </message>
    <message>
        <source>By layer</source>
        <translation>Nach Schicht</translation>
    </message>
    <message>
        <source>Layer after layer in order of execution; its three modules inside</source>
        <translation>Schicht für Schicht in der Reihenfolge der Ausführung; darin ihre drei Module</translation>
    </message>
    <message>
        <source>Show the whole map</source>
        <translation>Ganze Karte zeigen</translation>
    </message>
    <message>
        <source>Export the map as a picture (PNG) or its cells as a table (CSV)</source>
        <translation>Karte als Bild (PNG) oder ihre Zellen als Tabelle (CSV) exportieren</translation>
    </message>
    <message>
        <source>Export the selection map</source>
        <translation>Auswahlkarte exportieren</translation>
    </message>
    <message>
        <source>Values of the cell under the pointer</source>
        <translation>Werte der Zelle unter dem Mauszeiger</translation>
    </message>
    <message>
        <source>Point at a cell to read it, click to see its tokens.</source>
        <translation>Auf eine Zelle zeigen, um sie abzulesen; klicken, um ihre Tokens zu sehen.</translation>
    </message>
    <message>
        <source>Copy value</source>
        <translation>Wert kopieren</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Exportieren…</translation>
    </message>
    <message>
        <source>Picture (*.png);;Table (*.csv)</source>
        <translation>Bild (*.png);;Tabelle (*.csv)</translation>
    </message>
    <message>
        <source>%1: a selection map is written as .png or .csv; choose one of these endings.</source>
        <translation>%1: Eine Auswahlkarte wird als .png oder .csv geschrieben; bitte eine dieser Endungen wählen.</translation>
    </message>
    <message>
        <source>Show the whole map (F). The wheel, W and S zoom; Shift+drag, A and D move; a drag adds an area up.</source>
        <translation>Ganze Karte zeigen (F). Mausrad, W und S zoomen; Umschalt+Ziehen, A und D verschieben; Ziehen summiert einen Ausschnitt.</translation>
    </message>
    <message>
        <source>A zoomed map follows the newest step of a run until it is moved (L follows again)</source>
        <translation>Eine vergrößerte Karte folgt dem neuesten Schritt eines Laufs, bis sie verschoben wird (L folgt wieder)</translation>
    </message>
    <message>
        <source>Follow the run</source>
        <translation>Dem Lauf folgen</translation>
    </message>
    <message>
        <source>Copy sums of the area</source>
        <translation>Summen des Ausschnitts kopieren</translation>
    </message>
    <message>
        <source>Forget the area</source>
        <translation>Ausschnitt verwerfen</translation>
    </message>
</context>
<context>
    <name>toca::ui::SensitivityModel</name>
    <message>
        <source>A measurement is going on. Pause or cancel it first.</source>
        <translation>Eine Messung läuft. Zuerst anhalten oder abbrechen.</translation>
    </message>
    <message>
        <source>There is no measurement to save.</source>
        <translation>Es gibt keine Messung zum Speichern.</translation>
    </message>
    <message>
        <source>Step %1, layer %2 (%3), %4</source>
        <translation>Schritt %1, Schicht %2 (%3), %4</translation>
    </message>
</context>
<context>
    <name>toca::ui::SensitivityPanel</name>
    <message>
        <source>ToCa</source>
        <translation>ToCa</translation>
    </message>
    <message>
        <source>values</source>
        <translation>Werte</translation>
    </message>
    <message>
        <source>norm</source>
        <translation>Norm</translation>
    </message>
    <message>
        <source>in-out</source>
        <translation>Ein-/Ausgabe</translation>
    </message>
    <message>
        <source>change</source>
        <translation>Änderung</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Starten</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Add noise</source>
        <translation>Rauschen addieren</translation>
    </message>
    <message>
        <source>Freeze to the step before</source>
        <translation>Auf Vorschritt einfrieren</translation>
    </message>
    <message>
        <source>Noise: the same Gaussian error is added to each group&apos;s output in turn.
Freeze: the group gets the output of the step before, as a cache would give it.</source>
        <translation>Rauschen: Zur Ausgabe jeder Gruppe wird nacheinander derselbe gaußsche Fehler addiert.
Einfrieren: Die Gruppe erhält die Ausgabe des Schritts davor, wie ein Cache sie liefern würde.</translation>
    </message>
    <message>
        <source>Size of the error, relative to the root mean square of the module&apos;s output</source>
        <translation>Größe des Fehlers, relativ zum quadratischen Mittel der Modulausgabe</translation>
    </message>
    <message>
        <source>Denoising steps to measure at, like 5,10-12; empty: the middle one. 0 is the noisiest.</source>
        <translation>Entrauschungsschritte, in denen gemessen wird, etwa 5,10-12; leer: der mittlere. 0 ist der verrauschteste.</translation>
    </message>
    <message>
        <source>Layers to measure, like 0,4-7; empty: all</source>
        <translation>Zu messende Schichten, etwa 0,4-7; leer: alle</translation>
    </message>
    <message>
        <source>Modules whose output is disturbed</source>
        <translation>Module, deren Ausgabe gestört wird</translation>
    </message>
    <message>
        <source>Single tokens</source>
        <translation>Einzelne Tokens</translation>
    </message>
    <message>
        <source>2 × 2 blocks</source>
        <translation>2 × 2-Blöcke</translation>
    </message>
    <message>
        <source>4 × 4 blocks</source>
        <translation>4 × 4-Blöcke</translation>
    </message>
    <message>
        <source>Latent frames</source>
        <translation>Latentbilder</translation>
    </message>
    <message>
        <source>Tokens that are disturbed together: larger groups need fewer evaluations</source>
        <translation>Gemeinsam gestörte Tokens: Größere Gruppen brauchen weniger Auswertungen</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>Groups of each layer and module that are followed to the final latent, spread evenly over the measured changes. Each costs all steps that are left.</source>
        <translation>Gruppen je Schicht und Modul, die bis zum endgültigen Latent verfolgt werden, gleichmäßig über die gemessenen Änderungen verteilt. Jede kostet alle noch ausstehenden Schritte.</translation>
    </message>
    <message>
        <source> s</source>
        <translation> s</translation>
    </message>
    <message>
        <source>no limit</source>
        <translation>keine Grenze</translation>
    </message>
    <message>
        <source>Pauses after this time; Continue goes on</source>
        <translation>Pausiert nach dieser Zeit; „Fortsetzen“ macht weiter</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>Schichten</translation>
    </message>
    <message>
        <source>Modules</source>
        <translation>Module</translation>
    </message>
    <message>
        <source>Groups</source>
        <translation>Gruppen</translation>
    </message>
    <message>
        <source>To the end</source>
        <translation>Bis zum Ende</translation>
    </message>
    <message>
        <source>Budget</source>
        <translation>Budget</translation>
    </message>
    <message>
        <source>Progress of the measurement</source>
        <translation>Fortschritt der Messung</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Open a saved measurement</source>
        <translation>Gespeicherte Messung öffnen</translation>
    </message>
    <message>
        <source>Save or export</source>
        <translation>Speichern oder exportieren</translation>
    </message>
    <message>
        <source>Everything (.safetensors), the table of all groups (.csv), or the maps (.png, .svg, .pdf)</source>
        <translation>Alles (.safetensors), die Tabelle aller Gruppen (.csv) oder die Karten (.png, .svg, .pdf)</translation>
    </message>
    <message>
        <source>Shown step, layer and module</source>
        <translation>Gezeigter Schritt, Schicht und Modul</translation>
    </message>
    <message>
        <source>Map beside the measured one</source>
        <translation>Karte neben der gemessenen</translation>
    </message>
    <message>
        <source>Where an error at the clicked token goes</source>
        <translation>Wohin sich ein Fehler am angeklickten Token ausbreitet</translation>
    </message>
    <message>
        <source>of its norm</source>
        <translation>der Norm</translation>
    </message>
    <message>
        <source>Which tokens must not be wrong? Start disturbs one token after the other and shows how far the prediction moves.</source>
        <translation>Welche Tokens dürfen nicht falsch sein? Nach dem Start wird ein Token nach dem anderen gestört und gezeigt, wie weit sich die Vorhersage verschiebt.</translation>
    </message>
    <message>
        <source>Values of the token under the pointer</source>
        <translation>Werte des Tokens unter dem Mauszeiger</translation>
    </message>
    <message>
        <source>Rank correlation of each score with the measured change, per layer and module</source>
        <translation>Rangkorrelation jeder Bewertung mit der gemessenen Änderung, je Schicht und Modul</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>Max/min</source>
        <translation>Max/Min</translation>
    </message>
    <message>
        <source>95/5 %</source>
        <translation>95/5 %</translation>
    </message>
    <message>
        <source>Change of the most sensitive group over that of the least</source>
        <translation>Änderung der empfindlichsten Gruppe geteilt durch die der unempfindlichsten</translation>
    </message>
    <message>
        <source>The same between the 95th and the 5th percentile</source>
        <translation>Dasselbe zwischen dem 95. und dem 5. Perzentil</translation>
    </message>
    <message>
        <source>%1 of 0–%2</source>
        <translation>%1 von 0–%2</translation>
    </message>
    <message>
        <source>all of 0–%1</source>
        <translation>alle von 0–%1</translation>
    </message>
    <message>
        <source>All modules</source>
        <translation>Alle Module</translation>
    </message>
    <message>
        <source>Layers are written like 0,4-7 and run from 0 to %1.</source>
        <translation>Schichten werden wie 0,4-7 geschrieben und reichen von 0 bis %1.</translation>
    </message>
    <message>
        <source>Steps are written like 5,10-12 and run from 0 to %1.</source>
        <translation>Schritte werden wie 5,10-12 geschrieben und reichen von 0 bis %1.</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Verwerfen</translation>
    </message>
    <message>
        <source>Drops what was measured</source>
        <translation>Verwirft das bisher Gemessene</translation>
    </message>
    <message>
        <source>Runs uncached. The present request&apos;s policy gives ages and weights of the scores.</source>
        <translation>Läuft ungecacht. Alter und Gewichte der Bewertungen stammen vom Verfahren der aktuellen Anfrage.</translation>
    </message>
    <message>
        <source>%1 of %2 measured, %3 left</source>
        <translation>%1 von %2 gemessen, noch %3</translation>
    </message>
    <message>
        <source>Recording the uncached run…</source>
        <translation>Ungecachter Lauf wird aufgezeichnet…</translation>
    </message>
    <message>
        <source>Paused at %1 of %2; Continue goes on.</source>
        <translation>Pausiert bei %1 von %2; „Fortsetzen“ macht weiter.</translation>
    </message>
    <message>
        <source>%1 evaluations in %2 s</source>
        <translation>%1 Auswertungen in %2 s</translation>
    </message>
    <message>
        <source>%1 %2, %3</source>
        <translation>%1 %2, %3</translation>
    </message>
    <message>
        <source>Measured change of the prediction</source>
        <translation>Gemessene Änderung der Vorhersage</translation>
    </message>
    <message>
        <source>Change of every token&apos;s prediction</source>
        <translation>Änderung der Vorhersage jedes Tokens</translation>
    </message>
    <message>
        <source>of a token&apos;s norm</source>
        <translation>der Norm eines Tokens</translation>
    </message>
    <message>
        <source>Click a token of the measured map to see where an error there goes.</source>
        <translation>Ein Token der gemessenen Karte anklicken, um zu sehen, wohin sich ein Fehler dort ausbreitet.</translation>
    </message>
    <message>
        <source>%1, rank correlation %2</source>
        <translation>%1, Rangkorrelation %2</translation>
    </message>
    <message>
        <source>This score does not exist here.</source>
        <translation>Diese Bewertung gibt es hier nicht.</translation>
    </message>
    <message>
        <source>; beside it %1</source>
        <translation>; daneben %1</translation>
    </message>
    <message>
        <source>Open a measurement</source>
        <translation>Messung öffnen</translation>
    </message>
    <message>
        <source>Measurement (*.safetensors)</source>
        <translation>Messung (*.safetensors)</translation>
    </message>
    <message>
        <source>There is no measurement to export.</source>
        <translation>Es gibt keine Messung zu exportieren.</translation>
    </message>
    <message>
        <source>Save or export the measurement</source>
        <translation>Messung speichern oder exportieren</translation>
    </message>
    <message>
        <source>Measurement (*.safetensors);;Table (*.csv);;Maps (*.png *.svg *.pdf)</source>
        <translation>Messung (*.safetensors);;Tabelle (*.csv);;Karten (*.png *.svg *.pdf)</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1 min</source>
        <translation>%1 min</translation>
    </message>
    <message>
        <source>%1 h</source>
        <translation>%1 h</translation>
    </message>
    <message>
        <source>%1 groups to measure, about %2.</source>
        <translation>%1 Gruppen zu messen, etwa %2.</translation>
    </message>
    <message>
        <source>%1 groups to measure.</source>
        <translation>%1 Gruppen zu messen.</translation>
    </message>
    <message>
        <source>%1: Spearman&apos;s rank correlation with the measured change; +1 = the same order. Coloured from 0.3 on, and only where so few groups would hardly give it by chance: above 2 / √(groups of a step − 1).</source>
        <translation>%1: Rangkorrelation nach Spearman mit der gemessenen Änderung; +1 = dieselbe Reihenfolge. Farbig ab 0,3 und nur, wo so wenige Gruppen sie kaum durch Zufall ergäben: über 2 / √(Gruppen eines Schritts − 1).</translation>
    </message>
    <message>
        <source>Coloured from ±%1 on: %2 groups of a step are measured.</source>
        <translation>Farbig ab ±%1: Von einem Schritt sind %2 Gruppen gemessen.</translation>
    </message>
    <message>
        <source>Never coloured: too few groups are measured to tell it from chance.</source>
        <translation>Nie farbig: Es sind zu wenige Gruppen gemessen, um sie vom Zufall zu unterscheiden.</translation>
    </message>
</context>
<context>
    <name>toca::ui::ShortcutEditor</name>
    <message>
        <source>Assign</source>
        <translation>Zuweisen</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Built-in</source>
        <translation>Standard</translation>
    </message>
    <message>
        <source>Change keyboard shortcuts</source>
        <translation>Tastenkürzel ändern</translation>
    </message>
    <message>
        <source>Search commands or keys</source>
        <translation>Befehle oder Tasten suchen</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Commands and their keys</source>
        <translation>Befehle und ihre Tasten</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <source>Menu</source>
        <translation>Menü</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>New keys</source>
        <translation>Neue Tasten</translation>
    </message>
    <message>
        <source>Click here and press the new keys</source>
        <translation>Hier klicken und die neuen Tasten drücken</translation>
    </message>
    <message>
        <source>Give this command its built-in keys again</source>
        <translation>Diesem Befehl wieder seine Standardtasten geben</translation>
    </message>
    <message>
        <source>All built-in</source>
        <translation>Alle auf Standard</translation>
    </message>
    <message>
        <source>Give every command its built-in keys again</source>
        <translation>Jedem Befehl wieder seine Standardtasten geben</translation>
    </message>
    <message>
        <source>Built-in: none</source>
        <translation>Standard: keine</translation>
    </message>
    <message>
        <source>Built-in: %1</source>
        <translation>Standard: %1</translation>
    </message>
    <message>
        <source>Take over</source>
        <translation>Übernehmen</translation>
    </message>
    <message>
        <source>%1 belongs to “%2”, which would lose its keys.</source>
        <translation>%1 gehört zu „%2“; dieser Befehl würde seine Tasten verlieren.</translation>
    </message>
    <message>
        <source>Choose a command, click into the field and press the new keys.</source>
        <translation>Einen Befehl wählen, ins Feld klicken und die neuen Tasten drücken.</translation>
    </message>
</context>
<context>
    <name>toca::ui::ShortcutSheet</name>
    <message>
        <source> or </source>
        <translation> oder </translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>In the prompt: Alt+Up and Alt+Down recall earlier prompts, Tab leaves it.</source>
        <translation>Im Prompt: Alt+Pfeil auf und Alt+Pfeil ab holen frühere Prompts zurück, Tab verlässt ihn.</translation>
    </message>
</context>
<context>
    <name>toca::ui::SizeControls</name>
    <message>
        <source>Frames</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source> px</source>
        <translation> px</translation>
    </message>
    <message>
        <source>Width in pixels</source>
        <translation>Breite in Pixeln</translation>
    </message>
    <message>
        <source>Height in pixels</source>
        <translation>Höhe in Pixeln</translation>
    </message>
    <message>
        <source> fps</source>
        <translation> fps</translation>
    </message>
    <message>
        <source>Frames per second</source>
        <translation>Bilder pro Sekunde</translation>
    </message>
    <message>
        <source>Frames per second: a condition of the model and the rate of the saved clip.</source>
        <translation>Bilder pro Sekunde: eine Bedingung des Modells und die Bildrate des gespeicherten Clips.</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>%1 × %2   %3</source>
        <translation>%1 × %2   %3</translation>
    </message>
    <message>
        <source>Custom…</source>
        <translation>Eigene…</translation>
    </message>
    <message>
        <source>Width × height of the picture in pixels. This model makes no other size.</source>
        <translation>Breite × Höhe des Bildes in Pixeln. Dieses Modell erzeugt keine andere Größe.</translation>
    </message>
    <message>
        <source>Width × height of the picture in pixels. The first entry is what the model was trained on.</source>
        <translation>Breite × Höhe des Bildes in Pixeln. Mit der Größe des ersten Eintrags wurde das Modell trainiert.</translation>
    </message>
    <message>
        <source>Width × height of the clip in pixels. The first entry is what the model was trained on.</source>
        <translation>Breite × Höhe des Clips in Pixeln. Mit der Größe des ersten Eintrags wurde das Modell trainiert.</translation>
    </message>
    <message>
        <source>Number of frames: 1 for a picture, or %1 and more; multiples of %1 fit the temporal VAE best. 2 to %2 can&apos;t be generated: the published timestep transform degenerates to zero there.</source>
        <translation>Anzahl der Bilder: 1 für ein Einzelbild, sonst %1 und mehr; Vielfache von %1 passen am besten zum zeitlichen VAE. 2 bis %2 lassen sich nicht erzeugen: Die veröffentlichte Zeitschritt-Transformation entartet dort zu null.</translation>
    </message>
    <message>
        <source>%1 frames can&apos;t be generated: choose 1, or %2 and more. Set to %3.</source>
        <translation>%1 Bilder lassen sich nicht erzeugen: 1 wählen, oder %2 und mehr. Auf %3 gesetzt.</translation>
    </message>
    <message>
        <source>one picture</source>
        <translation>Einzelbild</translation>
    </message>
    <message>
        <source>%1 s of video</source>
        <translation>%1 s Video</translation>
    </message>
</context>
<context>
    <name>toca::ui::SpeedMeter</name>
    <message>
        <source>Where the time went</source>
        <translation>Wohin die Zeit ging</translation>
    </message>
    <message>
        <source>Nothing to compare yet.</source>
        <translation>Noch nichts zu vergleichen.</translation>
    </message>
    <message>
        <source>%1: uncached %2 (%3), this run %4 (%5)</source>
        <translation>%1: ungecacht %2 (%3), dieser Lauf %4 (%5)</translation>
    </message>
    <message>
        <source>; %1 of the gap</source>
        <translation>; Anteil an der Lücke: %1</translation>
    </message>
    <message>
        <source>uncached</source>
        <translation>ungecacht</translation>
    </message>
    <message>
        <source>Compare with the uncached run to see where the time went.</source>
        <translation>Mit dem ungecachten Lauf vergleichen, um zu sehen, wohin die Zeit ging.</translation>
    </message>
    <message>
        <source>FLOPs gain</source>
        <translation>FLOPs-Gewinn</translation>
    </message>
    <message>
        <source>wall-clock gain</source>
        <translation>Laufzeitgewinn</translation>
    </message>
    <message>
        <source>line: the loop at the FLOPs gain, %1; gap %2</source>
        <translation>Linie: Schleife beim FLOPs-Gewinn, %1; Lücke %2</translation>
    </message>
    <message>
        <source>line: the loop at the FLOPs gain, %1; the run was faster</source>
        <translation>Linie: Schleife beim FLOPs-Gewinn, %1; der Lauf war schneller</translation>
    </message>
</context>
<context>
    <name>toca::ui::SpeedText</name>
    <message>
        <source>self-attention</source>
        <translation>Selbstaufmerksamkeit</translation>
    </message>
    <message>
        <source>Projections and attention among the tokens</source>
        <translation>Projektionen und Aufmerksamkeit unter den Tokens</translation>
    </message>
    <message>
        <source>cross-attention</source>
        <translation>Kreuzaufmerksamkeit</translation>
    </message>
    <message>
        <source>Attention of the tokens over the prompt</source>
        <translation>Aufmerksamkeit der Tokens auf den Prompt</translation>
    </message>
    <message>
        <source>MLP</source>
        <translation>MLP</translation>
    </message>
    <message>
        <source>The two linear layers after each attention</source>
        <translation>Die zwei linearen Schichten nach jeder Aufmerksamkeit</translation>
    </message>
    <message>
        <source>norm, modulate</source>
        <translation>Norm, Modulation</translation>
    </message>
    <message>
        <source>Norms, modulation, gates and residuals: work on all tokens that no FLOP counts</source>
        <translation>Normen, Modulation, Gates und Residuen: Arbeit an allen Tokens, die in keine FLOP-Zahl eingeht</translation>
    </message>
    <message>
        <source>embeddings</source>
        <translation>Einbettungen</translation>
    </message>
    <message>
        <source>Timestep and patch embeddings, modulation vectors, final layer: in every step</source>
        <translation>Zeitschritt- und Patch-Einbettungen, Modulationsvektoren, letzte Schicht: in jedem Schritt</translation>
    </message>
    <message>
        <source>scoring</source>
        <translation>Bewertung</translation>
    </message>
    <message>
        <source>Evidence and scores of the tokens: the cache&apos;s own work</source>
        <translation>Belege und Bewertungen der Tokens: die eigene Arbeit des Caches</translation>
    </message>
    <message>
        <source>selection</source>
        <translation>Auswahl</translation>
    </message>
    <message>
        <source>Ranking tokens and counting their ages: the cache&apos;s own work</source>
        <translation>Tokens ordnen und ihr Alter zählen: die eigene Arbeit des Caches</translation>
    </message>
    <message>
        <source>gather, scatter</source>
        <translation>Sammeln, Verteilen</translation>
    </message>
    <message>
        <source>Moving the chosen tokens together and back: the cache&apos;s own work</source>
        <translation>Die gewählten Tokens zusammen- und zurückbewegen: die eigene Arbeit des Caches</translation>
    </message>
    <message>
        <source>cache traffic</source>
        <translation>Cache-Verkehr</translation>
    </message>
    <message>
        <source>Storing, forecasting and mixing module outputs: the cache&apos;s own work</source>
        <translation>Modulausgaben speichern, vorhersagen und mischen: die eigene Arbeit des Caches</translation>
    </message>
    <message>
        <source>sampler</source>
        <translation>Sampler</translation>
    </message>
    <message>
        <source>Guidance and the sampler&apos;s step</source>
        <translation>Führung und der Schritt des Samplers</translation>
    </message>
    <message>
        <source>rest</source>
        <translation>Rest</translation>
    </message>
    <message>
        <source>What none of the other parts explains, the trace included</source>
        <translation>Was keiner der anderen Teile erklärt, einschließlich der Spur</translation>
    </message>
    <message>
        <source>preview</source>
        <translation>Vorschau</translation>
    </message>
    <message>
        <source>The small picture of each step; not counted in the wall-clock gain</source>
        <translation>Das kleine Bild jedes Schritts; zählt nicht zum Laufzeitgewinn</translation>
    </message>
    <message>
        <source>VAE</source>
        <translation>VAE</translation>
    </message>
    <message>
        <source>Decoding the latent into pictures; not counted in the wall-clock gain</source>
        <translation>Dekodieren des Latents in Bilder; zählt nicht zum Laufzeitgewinn</translation>
    </message>
</context>
<context>
    <name>toca::ui::StatisticsPanel</name>
    <message>
        <source>No run yet. The plan&apos;s numbers appear here as soon as a model is open.</source>
        <translation>Noch kein Lauf. Die Zahlen des Plans erscheinen hier, sobald ein Modell offen ist.</translation>
    </message>
    <message>
        <source>Plots of the run</source>
        <translation>Diagramme des Laufs</translation>
    </message>
</context>
<context>
    <name>toca::ui::StatusLine</name>
    <message>
        <source>Progress of the run</source>
        <translation>Fortschritt des Laufs</translation>
    </message>
    <message>
        <source>Steps per second since the first one, previews excluded</source>
        <translation>Schritte pro Sekunde seit dem ersten, ohne Vorschauen</translation>
    </message>
    <message>
        <source>Time until the last step, from the plan: full steps cost more than cached ones</source>
        <translation>Zeit bis zum letzten Schritt, aus dem Plan: Volle Schritte kosten mehr als gecachte</translation>
    </message>
    <message>
        <source>Bytes of stored module outputs held now</source>
        <translation>Derzeit belegte Bytes der gespeicherten Modulausgaben</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>Start</translation>
    </message>
    <message>
        <source>Loading the model</source>
        <translation>Laden des Modells</translation>
    </message>
    <message>
        <source>Reading the prompt</source>
        <translation>Lesen des Prompts</translation>
    </message>
    <message>
        <source>Reading the condition</source>
        <translation>Lesen der Bedingung</translation>
    </message>
    <message>
        <source>Denoising the uncached baseline</source>
        <translation>Entrauschen des ungecachten Laufs</translation>
    </message>
    <message>
        <source>Denoising</source>
        <translation>Entrauschen</translation>
    </message>
    <message>
        <source>Decoding frames</source>
        <translation>Dekodieren der Bilder</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>frame %1 / %2</source>
        <translation>Bild %1 / %2</translation>
    </message>
    <message>
        <source>%1 it/s</source>
        <translation>%1 it/s</translation>
    </message>
    <message>
        <source>ETA %1</source>
        <translation>noch %1</translation>
    </message>
    <message>
        <source>baseline</source>
        <translation>gemessen</translation>
    </message>
    <message>
        <source>estimate</source>
        <translation>geschätzt</translation>
    </message>
    <message>
        <source>%1 × against the uncached %2</source>
        <translation>%1 × gegenüber ungecacht (%2)</translation>
    </message>
    <message>
        <source>Wall-clock gain so far: time of the uncached run of this request for as many steps, divided by the time taken</source>
        <translation>Laufzeitgewinn bisher: Zeit des ungecachten Laufs dieser Anfrage für ebenso viele Schritte, geteilt durch die benötigte Zeit</translation>
    </message>
    <message>
        <source>Wall-clock gain so far, estimated: pace of this run&apos;s own full steps, divided by its mean pace. Compare with the uncached run for a measured gain.</source>
        <translation>Laufzeitgewinn bisher, geschätzt: Zeit pro Schritt der eigenen vollen Schritte dieses Laufs, geteilt durch seine mittlere Zeit pro Schritt. Für einen gemessenen Gewinn mit dem ungecachten Lauf vergleichen.</translation>
    </message>
    <message>
        <source>cache %1</source>
        <translation>Cache %1</translation>
    </message>
    <message>
        <source>%1 / %2 steps</source>
        <translation>%1 / %2 Schritte</translation>
    </message>
</context>
<context>
    <name>toca::ui::StepScrubber</name>
    <message>
        <source>Denoising step</source>
        <translation>Entrauschungsschritt</translation>
    </message>
    <message>
        <source>Drag back to the clip that the model predicted at an earlier step. The last place is the final clip.</source>
        <translation>Zurückziehen zum Clip, den das Modell in einem früheren Schritt vorhergesagt hat. Die letzte Stelle ist der finale Clip.</translation>
    </message>
    <message>
        <source>no run</source>
        <translation>kein Lauf</translation>
    </message>
    <message>
        <source>final clip</source>
        <translation>finaler Clip</translation>
    </message>
    <message>
        <source>newest prediction, followed while the run goes on</source>
        <translation>neueste Vorhersage, während des Laufs mitgeführt</translation>
    </message>
    <message>
        <source>final</source>
        <translation>final</translation>
    </message>
    <message>
        <source>live</source>
        <translation>live</translation>
    </message>
    <message>
        <source>step %1: here the run leaves its uncached baseline</source>
        <translation>Schritt %1: Hier verlässt der Lauf seine ungecachte Grundlage</translation>
    </message>
    <message>
        <source>step %1, no prediction kept</source>
        <translation>Schritt %1, keine Vorhersage aufbewahrt</translation>
    </message>
    <message>
        <source>predicted at step %1</source>
        <translation>vorhergesagt in Schritt %1</translation>
    </message>
</context>
<context>
    <name>toca::ui::SummaryStrip</name>
    <message>
        <source>total</source>
        <translation>gesamt</translation>
    </message>
    <message>
        <source>Text encoding %1, denoising %2, previews %3, decoding %4, the first picture after %5. Loading the model took %6 and is not included.</source>
        <translation>Textkodierung %1, Entrauschen %2, Vorschauen %3, Dekodieren %4, das erste Bild nach %5. Das Laden des Modells dauerte %6 und ist nicht enthalten.</translation>
    </message>
    <message>
        <source>denoising</source>
        <translation>Entrauschen</translation>
    </message>
    <message>
        <source>The denoising loop, without previews: what caching makes shorter. Threads: %1, device: %2.</source>
        <translation>Die Entrauschungsschleife, ohne Vorschauen: das, was Caching verkürzt. Threads: %1, Gerät: %2.</translation>
    </message>
    <message>
        <source>FLOPs gain</source>
        <translation>FLOPs-Gewinn</translation>
    </message>
    <message>
        <source>FLOPs of the same run without a cache divided by those counted in this run.</source>
        <translation>FLOPs desselben Laufs ohne Cache, geteilt durch die in diesem Lauf gezählten.</translation>
    </message>
    <message>
        <source>Uncached run: it is the baseline of this request.</source>
        <translation>Ungecachter Lauf: Er ist die Vergleichsbasis dieser Anfrage.</translation>
    </message>
    <message>
        <source>Denoising time of the uncached run (%1) divided by this run&apos;s (%2). Each was measured once, on this machine, at different times: whatever else the machine did meanwhile is in the number. A time gain above the FLOPs gain usually means that it was busier during the uncached run. For medians of several interleaved runs: toca generate --compare-baseline --repeat.</source>
        <translation>Entrauschungszeit des ungecachten Laufs (%1), geteilt durch die dieses Laufs (%2). Beide wurden je einmal gemessen, auf diesem Rechner, zu verschiedenen Zeiten: Was der Rechner währenddessen sonst noch tat, steckt in der Zahl. Liegt der Zeitgewinn über dem FLOPs-Gewinn, war der Rechner meist während des ungecachten Laufs stärker beschäftigt. Für Mediane mehrerer abwechselnder Läufe: toca generate --compare-baseline --repeat.</translation>
    </message>
    <message>
        <source>Counted FLOPs of the uncached run divided by this run&apos;s. The time gain is smaller when choosing, gathering and scattering tokens costs time.</source>
        <translation>Gezählte FLOPs des ungecachten Laufs, geteilt durch die dieses Laufs. Der Zeitgewinn ist kleiner, wenn das Auswählen, Sammeln und Verteilen von Tokens Zeit kostet.</translation>
    </message>
    <message>
        <source>end to end</source>
        <translation>Ende-zu-Ende</translation>
    </message>
    <message>
        <source>From prompt to decoded clip: uncached %1, this run %2.</source>
        <translation>Vom Prompt zum dekodierten Clip: ungecacht %1, dieser Lauf %2.</translation>
    </message>
    <message>
        <source>Comparing…</source>
        <translation>Vergleichen…</translation>
    </message>
    <message>
        <source>identical</source>
        <translation>identisch</translation>
    </message>
    <message>
        <source>%1 dB</source>
        <translation>%1 dB</translation>
    </message>
    <message>
        <source>PSNR</source>
        <translation>PSNR</translation>
    </message>
    <message>
        <source>Peak signal-to-noise ratio against the uncached clip: 10 log10(255² / mean squared error) over all 8-bit RGB values. Higher is closer; it says how near the two clips are, not which is the better one.</source>
        <translation>Spitzen-Signal-Rausch-Verhältnis gegenüber dem ungecachten Clip: 10 log10(255² / mittlerer quadratischer Fehler) über alle 8-Bit-RGB-Werte. Höher ist näher; der Wert sagt, wie nah sich die beiden Clips sind, nicht, welcher der bessere ist.</translation>
    </message>
    <message>
        <source>SSIM</source>
        <translation>SSIM</translation>
    </message>
    <message>
        <source>Structural similarity with the uncached clip: luma, Gaussian window 11 × 11, sigma 1.5, mean over frames. 1 is identical.</source>
        <translation>Strukturelle Ähnlichkeit mit dem ungecachten Clip: Luma, Gauß-Fenster 11 × 11, Sigma 1,5, Mittel über die Bilder. 1 heißt identisch.</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>latent error</source>
        <translation>Latentfehler</translation>
    </message>
    <message>
        <source>‖a − b‖ / ‖b‖ of the final latents, before decoding: a is this run, b the uncached one.</source>
        <translation>‖a − b‖ / ‖b‖ der endgültigen Latents, vor dem Dekodieren: a ist dieser Lauf, b der ungecachte.</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>Attributes of the prompt that the clip shows: colour, shape, size, motion, backdrop and number of objects, measured from the pixels by classical vision. Known for prompts of the embedded model&apos;s world only.</source>
        <translation>Eigenschaften aus dem Prompt, die der Clip zeigt: Farbe, Form, Größe, Bewegung, Hintergrund und Anzahl der Objekte, aus den Pixeln mit klassischer Bildverarbeitung gemessen. Nur für Prompts aus der Welt des eingebetteten Modells bekannt.</translation>
    </message>
    <message>
        <source>Uncached clip: %1. This clip: %2.</source>
        <translation>Ungecachter Clip: %1. Dieser Clip: %2.</translation>
    </message>
    <message>
        <source>as prompted</source>
        <translation>wie verlangt</translation>
    </message>
    <message>
        <source>denoising, recorded</source>
        <translation>Entrauschen, aufgezeichnet</translation>
    </message>
    <message>
        <source>Sum of the times recorded in the trace.</source>
        <translation>Summe der in der Spur aufgezeichneten Zeiten.</translation>
    </message>
    <message>
        <source>cache, peak</source>
        <translation>Cache, Spitze</translation>
    </message>
    <message>
        <source>Largest size of the stored outputs.</source>
        <translation>Größter Umfang der gespeicherten Ausgaben.</translation>
    </message>
    <message>
        <source>From %1: nothing is recomputed</source>
        <translation>Aus %1: Nichts wird neu berechnet</translation>
    </message>
    <message>
        <source>Everything shown was read from %1. A trace holds no pictures; Generate makes them again from its request.</source>
        <translation>Alles Gezeigte wurde aus %1 gelesen. Eine Spur enthält keine Bilder; Erzeugen stellt sie aus ihrer Anfrage wieder her.</translation>
    </message>
    <message>
        <source>time gain, once</source>
        <translation>Zeitgewinn, 1-mal</translation>
    </message>
</context>
<context>
    <name>toca::ui::TargetCard</name>
    <message>
        <source>Solve</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Target</source>
        <translation>Ziel</translation>
    </message>
    <message>
        <source>Kind of target</source>
        <translation>Art des Ziels</translation>
    </message>
    <message>
        <source>times faster</source>
        <translation>mal so schnell</translation>
    </message>
    <message>
        <source>MB at most</source>
        <translation>MB höchstens</translation>
    </message>
    <message>
        <source>dB at least</source>
        <translation>dB mindestens</translation>
    </message>
    <message>
        <source>&lt;p&gt;&lt;b&gt;times faster&lt;/b&gt;: wall clock of the denoising loop where this machine was measured, else FLOPs.&lt;/p&gt;&lt;p&gt;&lt;b&gt;MB at most&lt;/b&gt;: memory of the cache.&lt;/p&gt;&lt;p&gt;&lt;b&gt;dB at least&lt;/b&gt;: PSNR to the uncached run, among settings that were recorded and compared.&lt;/p&gt;</source>
        <translation>&lt;p&gt;&lt;b&gt;mal so schnell&lt;/b&gt;: Laufzeit der Entrauschungsschleife, wo dieser Rechner vermessen wurde, sonst FLOPs.&lt;/p&gt;&lt;p&gt;&lt;b&gt;MB höchstens&lt;/b&gt;: Speicher des Caches.&lt;/p&gt;&lt;p&gt;&lt;b&gt;dB mindestens&lt;/b&gt;: PSNR zum ungecachten Lauf, unter Einstellungen, die aufgezeichnet und verglichen wurden.&lt;/p&gt;</translation>
    </message>
    <message>
        <source>Search the policy&apos;s setting that meets the target, before any run (Return in the field)</source>
        <translation>Die Einstellung des Verfahrens suchen, die das Ziel erreicht, noch vor jedem Lauf (Eingabe im Feld)</translation>
    </message>
    <message>
        <source>There is no plan yet: the model is not loaded or the size is not possible.</source>
        <translation>Noch kein Plan: Das Modell ist nicht geladen oder die Größe ist nicht möglich.</translation>
    </message>
    <message>
        <source>%1 times faster</source>
        <translation>%1-mal so schnell</translation>
    </message>
    <message>
        <source>at most %1 MB</source>
        <translation>höchstens %1 MB</translation>
    </message>
    <message>
        <source>at least %1 dB</source>
        <translation>mindestens %1 dB</translation>
    </message>
    <message>
        <source>meet target: %1</source>
        <translation>Ziel erreichen: %1</translation>
    </message>
    <message>
        <source>Set. </source>
        <translation>Eingestellt. </translation>
    </message>
    <message>
        <source>Not set. </source>
        <translation>Nicht eingestellt. </translation>
    </message>
</context>
<context>
    <name>toca::ui::ThresholdCard</name>
    <message>
        <source>Which threshold? One uncached run is recorded; then all thresholds are replayed from it without running the model again.</source>
        <translation>Welche Schwelle? Ein ungecachter Lauf wird aufgezeichnet; daraus werden dann alle Schwellen nachgespielt, ohne das Modell erneut auszuführen.</translation>
    </message>
    <message>
        <source>Recorded with another prompt, seed or setting.</source>
        <translation>Mit anderem Prompt, Startwert oder anderer Einstellung aufgezeichnet.</translation>
    </message>
    <message>
        <source>Threshold response</source>
        <translation>Schwellenantwort</translation>
    </message>
    <message>
        <source>Steps skipped against the threshold. Replays use the signals of the uncached run: the first skip is exact, later ones leave out that a cached run drifts away from it.</source>
        <translation>Übersprungene Schritte je nach Schwelle. Das Nachspielen nutzt die Signale des ungecachten Laufs: Das erste Überspringen ist exakt, spätere lassen außer Acht, dass ein gecachter Lauf davon wegdriftet.</translation>
    </message>
    <message>
        <source>Progress of the recording</source>
        <translation>Fortschritt der Aufzeichnung</translation>
    </message>
    <message>
        <source>Skipped steps against threshold</source>
        <translation>Übersprungene Schritte je nach Schwelle</translation>
    </message>
    <message>
        <source>Click or drag to choose a threshold; Left and Right move it.</source>
        <translation>Klicken oder ziehen, um eine Schwelle zu wählen; Pfeil links und Pfeil rechts verschieben sie.</translation>
    </message>
    <message>
        <source>threshold</source>
        <translation>Schwelle</translation>
    </message>
    <message>
        <source>steps skipped</source>
        <translation>übersprungene Schritte</translation>
    </message>
    <message>
        <source>does nothing</source>
        <translation>wirkungslos</translation>
    </message>
    <message>
        <source>cliff</source>
        <translation>Klippe</translation>
    </message>
    <message>
        <source>Gain</source>
        <translation>Gewinn</translation>
    </message>
    <message>
        <source>%1 ×</source>
        <translation>%1 ×</translation>
    </message>
    <message>
        <source>Threshold for a FLOPs gain of %1</source>
        <translation>Schwelle für einen FLOPs-Gewinn von %1</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Record again</source>
        <translation>Neu aufzeichnen</translation>
    </message>
    <message>
        <source>Record a run</source>
        <translation>Lauf aufzeichnen</translation>
    </message>
    <message>
        <source>Threshold %1: about %2 steps skipped, FLOPs gain %3 ×</source>
        <translation>Schwelle %1: etwa %2 Schritte übersprungen, FLOPs-Gewinn %3 ×</translation>
    </message>
    <message>
        <source>No threshold reaches this gain here.</source>
        <translation>Keine Schwelle erreicht hier diesen Gewinn.</translation>
    </message>
    <message>
        <source>more than 3 in a row</source>
        <translation>mehr als 3 in Folge</translation>
    </message>
</context>
<context>
    <name>toca::ui::ThresholdModel</name>
    <message>
        <source>At %1 nothing is skipped.</source>
        <translation>Bei %1 wird nichts übersprungen.</translation>
    </message>
    <message>
        <source>At %1 about %2 of %3 steps are skipped, at most %4 in a row: FLOPs gain %5 ×.</source>
        <translation>Bei %1 werden etwa %2 von %3 Schritten übersprungen, höchstens %4 in Folge: FLOPs-Gewinn %5 ×.</translation>
    </message>
    <message>
        <source>No threshold skips anything here.</source>
        <translation>Hier überspringt keine Schwelle etwas.</translation>
    </message>
    <message>
        <source>Up to %1 a threshold does nothing.</source>
        <translation>Bis %1 bewirkt eine Schwelle nichts.</translation>
    </message>
    <message>
        <source>The cliff: at %1 the skipped steps rise from %2 to %3.</source>
        <translation>Die Klippe: Bei %1 steigt die Zahl übersprungener Schritte von %2 auf %3.</translation>
    </message>
</context>
<context>
    <name>toca::ui::TimeByModulePlot</name>
    <message>
        <source>Time by module</source>
        <translation>Zeit nach Modul</translation>
    </message>
    <message>
        <source>Where each step&apos;s time went. Selection = scoring, ranking, gathering and scattering tokens; other = embeddings, final layer, guidance and sampler.</source>
        <translation>Wohin die Zeit jedes Schritts ging. Auswahl = Tokens bewerten, ordnen, sammeln und verteilen; sonstiges = Einbettungen, letzte Schicht, Führung und Sampler.</translation>
    </message>
    <message>
        <source>step %1: %2</source>
        <translation>Schritt %1: %2</translation>
    </message>
    <message>
        <source>selection</source>
        <translation>Auswahl</translation>
    </message>
    <message>
        <source>other</source>
        <translation>sonstiges</translation>
    </message>
</context>
<context>
    <name>toca::ui::TimeSavedPlot</name>
    <message>
        <source>Time saved</source>
        <translation>Gesparte Zeit</translation>
    </message>
    <message>
        <source>Wall-clock seconds from the first step on. Compared with the baseline run where there is one, else with the mean of this run&apos;s own full steps; the key says which.</source>
        <translation>Laufzeit in Sekunden ab dem ersten Schritt. Verglichen mit dem ungecachten Lauf, wo es ihn gibt, sonst mit dem Mittel der eigenen vollen Schritte dieses Laufs; die Legende sagt, womit.</translation>
    </message>
    <message>
        <source>up to step %1: %2</source>
        <translation>bis Schritt %1: %2</translation>
    </message>
    <message>
        <source>known after the first full step</source>
        <translation>nach dem ersten vollen Schritt bekannt</translation>
    </message>
    <message>
        <source>against the baseline, %1 per step</source>
        <translation>gegenüber dem ungecachten Lauf, %1 pro Schritt</translation>
    </message>
    <message>
        <source>against the mean full step, %1</source>
        <translation>gegenüber dem mittleren vollen Schritt, %1</translation>
    </message>
</context>
<context>
    <name>toca::ui::TokenGridModel</name>
    <message>
        <source>frame %1, row %2, column %3: %4, age %5</source>
        <translation>Bild %1, Zeile %2, Spalte %3: %4, Alter %5</translation>
    </message>
    <message>
        <source>computed</source>
        <translation>berechnet</translation>
    </message>
    <message>
        <source>reused</source>
        <translation>wiederverwendet</translation>
    </message>
    <message>
        <source>, score %1</source>
        <translation>, Bewertung %1</translation>
    </message>
    <message>
        <source> = %1 (%2) + age %3 + bonus %4</source>
        <translation> = %1 (%2) + Alter %3 + Bonus %4</translation>
    </message>
</context>
<context>
    <name>toca::ui::TokenGridPanel</name>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Computed at this step (whole square) or reused from the cache (small square)</source>
        <translation>In diesem Schritt berechnet (ganzes Quadrat) oder aus dem Cache wiederverwendet (kleines Quadrat)</translation>
    </message>
    <message>
        <source>Age</source>
        <translation>Alter</translation>
    </message>
    <message>
        <source>Evaluations since each token was last computed in this layer and module; 0 = now</source>
        <translation>Auswertungen, seit das jeweilige Token in dieser Schicht und diesem Modul zuletzt berechnet wurde; 0 = jetzt</translation>
    </message>
    <message>
        <source>Score</source>
        <translation>Bewertung</translation>
    </message>
    <message>
        <source>What the selection ranked the tokens by; the largest are computed. Kept when the run records scores.</source>
        <translation>Wonach die Auswahl die Tokens geordnet hat; die größten werden berechnet. Vorhanden, wenn der Lauf Bewertungen aufzeichnet.</translation>
    </message>
    <message>
        <source>Previous step (Left)</source>
        <translation>Voriger Schritt (Pfeil links)</translation>
    </message>
    <message>
        <source>Previous step</source>
        <translation>Voriger Schritt</translation>
    </message>
    <message>
        <source>Next step (Right). Up and Down change the layer, Page Up and Page Down the module.</source>
        <translation>Nächster Schritt (Pfeil rechts). Pfeil auf und Pfeil ab wechseln die Schicht, Bild auf und Bild ab das Modul.</translation>
    </message>
    <message>
        <source>Next step</source>
        <translation>Nächster Schritt</translation>
    </message>
    <message>
        <source>Export the grids as a picture (PNG) or the tokens as a table (CSV)</source>
        <translation>Gitter als Bild (PNG) oder Tokens als Tabelle (CSV) exportieren</translation>
    </message>
    <message>
        <source>Export the token grids</source>
        <translation>Tokengitter exportieren</translation>
    </message>
    <message>
        <source>Guidance row whose own selection is shown here and over the picture: with the prompt or class, or without</source>
        <translation>Führungszeile, deren eigene Auswahl hier und über dem Bild gezeigt wird: mit dem Prompt oder der Klasse, oder ohne</translation>
    </message>
    <message>
        <source>Guidance row</source>
        <translation>Führungszeile</translation>
    </message>
    <message>
        <source>Values of the token under the pointer</source>
        <translation>Werte des Tokens unter dem Mauszeiger</translation>
    </message>
    <message>
        <source>Step %1, %2, %3</source>
        <translation>Schritt %1, %2, %3</translation>
    </message>
    <message>
        <source>: %1, %2 of %3 tokens computed</source>
        <translation>: %1, %2 von %3 Tokens berechnet</translation>
    </message>
    <message>
        <source>No cell is chosen.</source>
        <translation>Keine Zelle gewählt.</translation>
    </message>
    <message>
        <source>Arrows: step and layer. Page Up, Page Down: module.</source>
        <translation>Pfeiltasten: Schritt und Schicht. Bild auf, Bild ab: Modul.</translation>
    </message>
    <message>
        <source>Picture (*.png);;Table (*.csv)</source>
        <translation>Bild (*.png);;Tabelle (*.csv)</translation>
    </message>
    <message>
        <source>%1: token grids are written as .png or .csv; choose one of these endings.</source>
        <translation>%1: Tokengitter werden als .png oder .csv geschrieben; bitte eine dieser Endungen wählen.</translation>
    </message>
    <message>
        <source>Run through the steps of this layer and module</source>
        <translation>Die Schritte dieser Schicht und dieses Moduls durchlaufen</translation>
    </message>
    <message>
        <source>Run through the steps</source>
        <translation>Schritte durchlaufen</translation>
    </message>
    <message>
        <source>What of the score is shown: the whole, or one of the parts that were added up</source>
        <translation>Was von der Bewertung gezeigt wird: das Ganze oder einer der addierten Teile</translation>
    </message>
    <message>
        <source>Part of the score</source>
        <translation>Teil der Bewertung</translation>
    </message>
    <message>
        <source>Whole score</source>
        <translation>Ganze Bewertung</translation>
    </message>
    <message>
        <source>s3, age</source>
        <translation>s3, Alter</translation>
    </message>
    <message>
        <source>s4, bonus</source>
        <translation>s4, Bonus</translation>
    </message>
</context>
<context>
    <name>toca::ui::TokenGridView</name>
    <message>
        <source>Tokens of the chosen cell</source>
        <translation>Tokens der gewählten Zelle</translation>
    </message>
    <message>
        <source>Click a cell of the selection map to see its tokens.</source>
        <translation>Eine Zelle der Auswahlkarte anklicken, um ihre Tokens zu sehen.</translation>
    </message>
    <message>
        <source>This cell has not been run yet.</source>
        <translation>Diese Zelle wurde noch nicht ausgeführt.</translation>
    </message>
    <message>
        <source>frame %1</source>
        <translation>Bild %1</translation>
    </message>
    <message>
        <source>%1/%2</source>
        <translation>%1/%2</translation>
    </message>
    <message>
        <source>computed</source>
        <translation>berechnet</translation>
    </message>
    <message>
        <source>reused</source>
        <translation>wiederverwendet</translation>
    </message>
    <message>
        <source>age</source>
        <translation>Alter</translation>
    </message>
    <message>
        <source>score</source>
        <translation>Bewertung</translation>
    </message>
    <message>
        <source>evaluations since computed</source>
        <translation>Auswertungen seit Berechnung</translation>
    </message>
    <message>
        <source>larger is computed sooner</source>
        <translation>größer wird eher berechnet</translation>
    </message>
    <message>
        <source>(no selection was made here)</source>
        <translation>(hier fand keine Auswahl statt)</translation>
    </message>
</context>
<context>
    <name>toca::ui::TokenHistogram</name>
    <message>
        <source>Distribution of the tokens</source>
        <translation>Verteilung der Tokens</translation>
    </message>
    <message>
        <source>score %1 to %2</source>
        <translation>Bewertung %1 bis %2</translation>
    </message>
    <message>
        <source>age %1</source>
        <translation>Alter %1</translation>
    </message>
    <message>
        <source>%1: %2 computed, %3 reused</source>
        <translation>%1: %2 berechnet, %3 wiederverwendet</translation>
    </message>
    <message>
        <source>Tokens by score</source>
        <translation>Tokens nach Bewertung</translation>
    </message>
    <message>
        <source>Tokens by age (evaluations since computed)</source>
        <translation>Tokens nach Alter (Auswertungen seit Berechnung)</translation>
    </message>
</context>
<context>
    <name>toca::ui::TokenMapFigure</name>
    <message>
        <source>%1: maps are written as .png, .svg or .pdf; choose one of these endings.</source>
        <translation>%1: Karten werden als .png, .svg oder .pdf geschrieben; eine dieser Endungen wählen.</translation>
    </message>
</context>
<context>
    <name>toca::ui::TokenMapView</name>
    <message>
        <source>frame %1, row %2, column %3</source>
        <translation>Bild %1, Zeile %2, Spalte %3</translation>
    </message>
    <message>
        <source>%1: not measured</source>
        <translation>%1: nicht gemessen</translation>
    </message>
    <message>
        <source>%1: %2 %3</source>
        <translation>%1: %2 %3</translation>
    </message>
    <message>
        <source>frame %1</source>
        <translation>Bild %1</translation>
    </message>
    <message>
        <source>Tokens of the clip</source>
        <translation>Tokens des Clips</translation>
    </message>
</context>
<context>
    <name>toca::ui::TokenOverlay</name>
    <message>
        <source>Tokens appear here when a run has started</source>
        <translation>Tokens erscheinen hier, sobald ein Lauf begonnen hat</translation>
    </message>
    <message>
        <source>Click a cell of the selection map to see its tokens here</source>
        <translation>Eine Zelle der Auswahlkarte anklicken, um hier ihre Tokens zu sehen</translation>
    </message>
    <message>
        <source>The run has not reached this cell yet</source>
        <translation>Der Lauf hat diese Zelle noch nicht erreicht</translation>
    </message>
    <message>
        <source>No scores here: the trace keeps none, or nothing was selected</source>
        <translation>Keine Bewertungen: Die Spur bewahrt keine auf, oder nichts wurde gewählt</translation>
    </message>
    <message>
        <source>%1 of %2 tokens computed</source>
        <translation>%1 von %2 Tokens berechnet</translation>
    </message>
    <message>
        <source>Age: evaluations since last computed</source>
        <translation>Alter: Auswertungen seit der letzten Berechnung</translation>
    </message>
    <message>
        <source>Score: higher is computed sooner</source>
        <translation>Bewertung: höhere werden eher berechnet</translation>
    </message>
    <message>
        <source>Share of modules that computed a token</source>
        <translation>Anteil der Module, die ein Token berechnet haben</translation>
    </message>
    <message>
        <source>step %1, all layers and modules</source>
        <translation>Schritt %1, alle Schichten und Module</translation>
    </message>
    <message>
        <source>step %1, %2, %3</source>
        <translation>Schritt %1, %2, %3</translation>
    </message>
    <message>
        <source>token %1 · latent frame %2, row %3, column %4</source>
        <translation>Token %1 · latentes Bild %2, Zeile %3, Spalte %4</translation>
    </message>
    <message>
        <source>computed</source>
        <translation>berechnet</translation>
    </message>
    <message>
        <source>reused</source>
        <translation>wiederverwendet</translation>
    </message>
    <message>
        <source>age %1</source>
        <translation>Alter %1</translation>
    </message>
    <message>
        <source>age 0: computed here</source>
        <translation>Alter 0: hier berechnet</translation>
    </message>
    <message>
        <source>score %1</source>
        <translation>Bewertung %1</translation>
    </message>
    <message>
        <source>computed by %1 % of the modules</source>
        <translation>von %1 % der Module berechnet</translation>
    </message>
</context>
<context>
    <name>toca::ui::Tour</name>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Tour</source>
        <translation>Rundgang</translation>
    </message>
    <message>
        <source>Skip</source>
        <translation>Überspringen</translation>
    </message>
    <message>
        <source>End the tour; Help › Tour starts it again (Esc)</source>
        <translation>Rundgang beenden; Hilfe › Rundgang startet ihn erneut (Esc)</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Weiter</translation>
    </message>
</context>
<context>
    <name>toca::ui::TrainingPanel</name>
    <message>
        <source>Open training…</source>
        <translation>Training öffnen…</translation>
    </message>
    <message>
        <source>Open the folder of a training (toca train --out FOLDER) to watch its curves and samples, while it goes on or after.
A folder can be dropped on the window, too.</source>
        <translation>Öffnen Sie den Ordner eines Trainings (toca train --out ORDNER), um seine Kurven und Proben zu sehen, während es läuft oder danach.
Ein Ordner kann auch auf das Fenster gezogen werden.</translation>
    </message>
    <message>
        <source>Use this model</source>
        <translation>Dieses Modell benutzen</translation>
    </message>
    <message>
        <source>Generate with the averaged weights that the training exported last</source>
        <translation>Mit den gemittelten Gewichten erzeugen, die das Training zuletzt ausgegeben hat</translation>
    </message>
    <message>
        <source>Show folder</source>
        <translation>Ordner zeigen</translation>
    </message>
    <message>
        <source>Open the training&apos;s folder in the file manager</source>
        <translation>Den Ordner des Trainings in der Dateiverwaltung öffnen</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>Öffnen…</translation>
    </message>
    <message>
        <source>Open the folder of another training</source>
        <translation>Den Ordner eines anderen Trainings öffnen</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>Curves over the steps</source>
        <translation>Kurven über den Schritten</translation>
    </message>
    <message>
        <source>Hours</source>
        <translation>Stunden</translation>
    </message>
    <message>
        <source>Curves over the hours of training; pauses, validations and samples left out</source>
        <translation>Kurven über den Stunden des Trainings; ohne Pausen, Prüfungen und Proben</translation>
    </message>
    <message>
        <source>Linear</source>
        <translation>Linear</translation>
    </message>
    <message>
        <source>Linear axis of the loss</source>
        <translation>Lineare Achse des Verlusts</translation>
    </message>
    <message>
        <source>Logarithmic</source>
        <translation>Logarithmisch</translation>
    </message>
    <message>
        <source>Logarithmic axis of the loss</source>
        <translation>Logarithmische Achse des Verlusts</translation>
    </message>
    <message>
        <source>Averaged over</source>
        <translation>Gemittelt über</translation>
    </message>
    <message>
        <source>Over how many steps of a kind the thick curves are averaged</source>
        <translation>Über wie viele Schritte einer Art die dicken Kurven gemittelt werden</translation>
    </message>
    <message>
        <source>each step</source>
        <translation>jeden Schritt</translation>
    </message>
    <message>
        <source>%1 steps</source>
        <translation>%1 Schritte</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>Alles zeigen</translation>
    </message>
    <message>
        <source>The whole training again (0 in a plot, or a double click). The wheel, + and − zoom, dragging chooses a range.</source>
        <translation>Wieder das ganze Training (0 in einer Kurve oder ein Doppelklick). Das Rad, + und − vergrößern und verkleinern, Ziehen wählt einen Bereich.</translation>
    </message>
    <message>
        <source>averaged over</source>
        <translation>gemittelt über</translation>
    </message>
    <message>
        <source>The log is gone: the folder holds no log.jsonl.</source>
        <translation>Das Protokoll ist weg: Der Ordner enthält kein log.jsonl.</translation>
    </message>
    <message>
        <source>The log cannot be read: log.jsonl must be a file that may be read.</source>
        <translation>Das Protokoll ist nicht lesbar: log.jsonl muss eine Datei sein, die gelesen werden darf.</translation>
    </message>
    <message>
        <source>Reading the log, %1 %</source>
        <translation>Das Protokoll wird gelesen, %1 %</translation>
    </message>
</context>
<context>
    <name>toca::ui::TrainingPlots</name>
    <message>
        <source>Loss</source>
        <translation>Verlust</translation>
    </message>
    <message>
        <source>Of each step, faint, and averaged over steps of its kind. Losses of different kinds are not comparable. Points: the averaged weights on held-out clips at fixed noise.</source>
        <translation>Jedes Schritts, blass, und gemittelt über Schritte seiner Art. Verluste verschiedener Arten sind nicht vergleichbar. Punkte: die gemittelten Gewichte auf zurückgehaltenen Clips bei festem Rauschen.</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>Lernrate</translation>
    </message>
    <message>
        <source>What the optimisers were given at each step.</source>
        <translation>Was die Optimierer bei jedem Schritt bekamen.</translation>
    </message>
    <message>
        <source>Gradient norm</source>
        <translation>Gradientennorm</translation>
    </message>
    <message>
        <source>Before clipping, of each step, faint, and averaged.</source>
        <translation>Vor dem Kappen, jedes Schritts, blass, und gemittelt.</translation>
    </message>
    <message>
        <source>Samples per second</source>
        <translation>Beispiele je Sekunde</translation>
    </message>
    <message>
        <source>Clips or pictures that the training looks at, mean of a minute.</source>
        <translation>Clips oder Bilder, die das Training ansieht, im Mittel einer Minute.</translation>
    </message>
    <message>
        <source>step %1, %2 h</source>
        <translation>Schritt %1, %2 h</translation>
    </message>
    <message>
        <source>step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>hours of training</source>
        <translation>Stunden des Trainings</translation>
    </message>
    <message>
        <source>● validation</source>
        <translation>● Prüfung</translation>
    </message>
    <message>
        <source>roll-back</source>
        <translation>Rücksprung</translation>
    </message>
    <message>
        <source>rate begins to fall</source>
        <translation>Lernrate beginnt zu fallen</translation>
    </message>
    <message>
        <source>Rolled back to step %1.</source>
        <translation>Zurück zu Schritt %1.</translation>
    </message>
    <message>
        <source>The learning rate begins to fall.</source>
        <translation>Die Lernrate beginnt zu fallen.</translation>
    </message>
    <message>
        <source>No samples were made.</source>
        <translation>Es wurden keine Proben gemacht.</translation>
    </message>
    <message>
        <source>%1: loss %2, averaged %3</source>
        <translation>%1: Verlust %2, gemittelt %3</translation>
    </message>
</context>
<context>
    <name>toca::ui::TunerCard</name>
    <message>
        <source>Tune automatically</source>
        <translation>Automatisch abstimmen</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Stopp</translation>
    </message>
    <message>
        <source>Automatic tuner</source>
        <translation>Automatische Abstimmung</translation>
    </message>
    <message>
        <source>Runs of the search</source>
        <translation>Läufe der Suche</translation>
    </message>
    <message>
        <source> runs</source>
        <translation> Läufe</translation>
    </message>
    <message>
        <source>How many short runs the search may make; they give way to everything else</source>
        <translation>Wie viele kurze Läufe die Suche machen darf; sie lassen allem anderen den Vortritt</translation>
    </message>
    <message>
        <source>Search steps x layers schedules that cost as much as the present setting and are nearer to the uncached run; judged on prompts that were not tuned on</source>
        <translation>Zeitpläne über Schritte x Schichten suchen, die so viel kosten wie die aktuelle Einstellung und näher am ungecachten Lauf liegen; beurteilt an Prompts, mit denen nicht abgestimmt wurde</translation>
    </message>
    <message>
        <source>Progress of the tuner</source>
        <translation>Fortschritt der Abstimmung</translation>
    </message>
    <message numerus="yes">
        <source>A search was interrupted after %n run(s). Resume goes on from there.</source>
        <translation>
            <numerusform>Eine Suche wurde nach %n Lauf unterbrochen. „Fortsetzen“ macht dort weiter.</numerusform>
            <numerusform>Eine Suche wurde nach %n Läufen unterbrochen. „Fortsetzen“ macht dort weiter.</numerusform>
        </translation>
    </message>
    <message>
        <source>Searches a schedule as fast as the present setting but nearer to the uncached run, in the background. The result is one of your presets.</source>
        <translation>Sucht im Hintergrund einen Zeitplan, der so schnell ist wie die aktuelle Einstellung, aber näher am ungecachten Lauf. Das Ergebnis wird eine der eigenen Voreinstellungen.</translation>
    </message>
    <message>
        <source>Making the uncached runs to compare with.</source>
        <translation>Die ungecachten Vergleichsläufe werden erzeugt.</translation>
    </message>
    <message>
        <source>Run %1 of %2.</source>
        <translation>Lauf %1 von %2.</translation>
    </message>
    <message>
        <source>Best so far %1 dB</source>
        <translation>Bisher bester Wert %1 dB</translation>
    </message>
    <message>
        <source>, the present setting %1 dB</source>
        <translation>, aktuelle Einstellung %1 dB</translation>
    </message>
    <message>
        <source> (on the prompts tuned on).</source>
        <translation> (mit den zum Abstimmen benutzten Prompts).</translation>
    </message>
    <message>
        <source>Judging on prompts not tuned on: run %1 of %2.</source>
        <translation>Beurteilung an nicht zum Abstimmen benutzten Prompts: Lauf %1 von %2.</translation>
    </message>
    <message>
        <source>On %1 prompts not tuned on: %2 dB, the setting before %3 dB (%4 dB; better on %5). Time %6 of it. Saved among your presets.</source>
        <translation>Mit %1 nicht zum Abstimmen benutzten Prompts: %2 dB, vorherige Einstellung %3 dB (%4 dB; besser bei %5). Zeit: das %6-Fache davon. Unter den eigenen Voreinstellungen gespeichert.</translation>
    </message>
</context>
<context>
    <name>toca::ui::TuningDesk</name>
    <message>
        <source>Settings as opened</source>
        <translation>Einstellungen wie geöffnet</translation>
    </message>
    <message>
        <source>History of the settings</source>
        <translation>Verlauf der Einstellungen</translation>
    </message>
    <message>
        <source>Every change of the settings; click one to go back to it (Ctrl+Z, Ctrl+Shift+Z)</source>
        <translation>Jede Änderung der Einstellungen; ein Klick führt zu ihr zurück (Strg+Z, Strg+Umschalt+Z)</translation>
    </message>
</context>
<context>
    <name>toca::ui::Workspaces</name>
    <message>
        <source>Generate</source>
        <translation>Erzeugen</translation>
    </message>
    <message>
        <source>Tune</source>
        <translation>Abstimmen</translation>
    </message>
    <message>
        <source>Analyse</source>
        <translation>Analysieren</translation>
    </message>
    <message>
        <source>Race</source>
        <translation>Rennen</translation>
    </message>
    <message>
        <source>Prompt and picture first</source>
        <translation>Prompt und Bild zuerst</translation>
    </message>
    <message>
        <source>Caching parameters beside map and curves</source>
        <translation>Caching-Parameter neben Karte und Kurven</translation>
    </message>
    <message>
        <source>Map, tokens and statistics as large as possible</source>
        <translation>Karte, Tokens und Statistik so groß wie möglich</translation>
    </message>
    <message>
        <source>Several policies on one request, side by side</source>
        <translation>Mehrere Verfahren für eine Anfrage, nebeneinander</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>Training</translation>
    </message>
    <message>
        <source>Curves and samples of a training, live or after</source>
        <translation>Kurven und Proben eines Trainings, während es läuft oder danach</translation>
    </message>
</context>
</TS>
