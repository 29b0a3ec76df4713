// SPDX-License-Identifier: Apache-2.0
#include "ui/runs/job_dialog.h"

#include "cache/plan/policy.h"
#include "ui/policy_texts.h"
#include "ui/theme/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QVBoxLayout>

namespace toca::ui {

JobDialog::Axis JobDialog::addAxis(QFormLayout& form, const QString& label, const char* name)
{
    auto* parameter = new QComboBox;
    parameter->setObjectName(QStringLiteral("%1Parameter").arg(QLatin1String(name)));
    parameter->addItem(tr("Nothing"), QVariant());
    parameter->addItem(tr("Policies"), QString());
    if (const plan::PolicyEntry* policy = plan::findPolicy(m_base.policy)) {
        for (const plan::ParameterSpec& spec : policy->parameters) {
            if (spec.kind != plan::ParameterKind::File) {
                parameter->addItem(policyText(spec.label), QString::fromStdString(spec.name));
                parameter->setItemData(parameter->count() - 1, policyText(spec.help), Qt::ToolTipRole);
            }
        }
    }
    parameter->setAccessibleName(label);
    auto* values = new QLineEdit;
    values->setObjectName(QStringLiteral("%1Values").arg(QLatin1String(name)));
    values->setPlaceholderText(tr("0.1, 0.15, .., 0.3"));
    values->setAccessibleName(tr("Values of: %1").arg(label));
    auto* row = new QHBoxLayout;
    row->setSpacing(kHalfSpace);
    row->addWidget(parameter, 2);
    row->addWidget(values, 3);
    form.addRow(label, row);
    connect(parameter, &QComboBox::currentIndexChanged, this, [this, parameter, values] {
        values->setEnabled(parameter->currentData().isValid());
        values->setPlaceholderText(
            parameter->currentData().toString().isEmpty() ? tr("toca, fora, taylorseer") : tr("0.1, 0.15, .., 0.3"));
        check();
    });
    connect(values, &QLineEdit::textChanged, this, &JobDialog::check);
    values->setEnabled(false);
    return {parameter, values};
}

JobDialog::JobDialog(const GenerationRequest& base, bool varies, QWidget* parent)
    : QDialog(parent)
    , m_base(base)
    , m_prompts(new QPlainTextEdit)
    , m_seeds(new QLineEdit)
    , m_uncached(new QCheckBox(tr("Each prompt and seed also without a cache, to compare with")))
    , m_count(new QLabel)
{
    setObjectName("jobDialog");
    setWindowTitle(varies ? tr("Sweep settings") : tr("Add to the queue"));
    resize(560, varies ? 460 : 430);
    m_prompts->setObjectName("jobPrompts");
    m_prompts->setAccessibleName(tr("Prompts, one a line"));
    m_prompts->setPlainText(QString::fromStdString(base.prompt));
    m_prompts->setPlaceholderText(tr("One prompt a line"));
    m_prompts->setTabChangesFocus(true);
    m_prompts->setEnabled(base.classLabel < 0);
    m_seeds->setObjectName("jobSeeds");
    m_seeds->setAccessibleName(tr("Seeds"));
    m_seeds->setText(QString::number(base.seed));
    m_seeds->setPlaceholderText(tr("1, 2, .., 10"));
    m_seeds->setToolTip(tr("Whole numbers parted by commas; two dots go on: 1, 2, .., 10"));
    m_uncached->setObjectName("jobUncached");
    m_uncached->setChecked(varies);
    m_count->setWordWrap(true);
    m_count->setObjectName("jobCount");

    auto* form = new QFormLayout;
    form->setSpacing(kSpace);
    form->addRow(tr("Prompts"), m_prompts);
    form->addRow(tr("Seeds"), m_seeds);
    m_axes[0] = addAxis(*form, tr("Vary"), "jobFirst");
    m_axes[1] = addAxis(*form, tr("and"), "jobSecond");
    form->addRow(QString(), m_uncached);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    m_add = buttons->addButton(tr("Add to queue"), QDialogButtonBox::AcceptRole);
    m_add->setObjectName("jobAdd");
    m_add->setProperty("primary", true);
    m_add->setDefault(true);
    m_addFront = buttons->addButton(tr("Add to front"), QDialogButtonBox::ActionRole);
    m_addFront->setObjectName("jobAddFront");
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_addFront, &QPushButton::clicked, this, [this] {
        m_atFront = true;
        accept();
    });
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(kSpace);
    layout->addLayout(form, 1);
    layout->addWidget(m_count);
    layout->addWidget(buttons);
    connect(m_prompts, &QPlainTextEdit::textChanged, this, &JobDialog::check);
    connect(m_seeds, &QLineEdit::textChanged, this, &JobDialog::check);
    connect(m_uncached, &QCheckBox::toggled, this, &JobDialog::check);
    if (varies) {
        const int ratio = m_axes[0].parameter->findData(QStringLiteral("fresh_ratio"));
        m_axes[0].parameter->setCurrentIndex(ratio >= 0 ? ratio : 1);
        m_axes[0].values->setText(ratio >= 0 ? tr("0.05, 0.1, .., 0.3") : tr("toca, fora, taylorseer"));
    }
    check();
    m_prompts->setFocus();
    m_prompts->selectAll();
}

JobPlan JobDialog::plan() const
{
    JobPlan plan;
    plan.base = m_base;
    plan.prompts = m_prompts->toPlainText().split(QRegularExpression(QStringLiteral("[\r\n]+")), Qt::SkipEmptyParts);
    for (QString& prompt : plan.prompts) {
        prompt = prompt.trimmed();
    }
    plan.prompts.removeAll(QString());
    plan.seeds = m_seeds->text();
    for (const Axis& axis : m_axes) {
        if (const QVariant parameter = axis.parameter->currentData(); parameter.isValid()) {
            plan.axes.push_back({parameter.toString().toStdString(), axis.values->text()});
        }
    }
    plan.withUncached = m_uncached->isChecked();
    return plan;
}

QString JobDialog::title() const
{
    QStringList parts;
    for (const Axis& axis : m_axes) {
        if (axis.parameter->currentData().isValid()) {
            parts += QStringLiteral("%1 %2").arg(axis.parameter->currentText(), axis.values->text());
        }
    }
    const QString prompt = plan().prompts.value(0).left(60);
    return parts.isEmpty() ? prompt : QStringLiteral("%1 (%2)").arg(prompt, parts.join(QStringLiteral(" × ")));
}

void JobDialog::check()
{
    auto requests = plan().requests();
    m_requests = requests ? std::move(*requests) : std::vector<GenerationRequest>();
    m_count->setProperty("warningText", !requests);
    m_count->setText(requests ? tr("%n run(s) will be made.", "", static_cast<int>(m_requests.size()))
                              : QString::fromStdString(requests.error().message));
    m_count->setStyleSheet(requests ? QString() : QStringLiteral("color: %1").arg(theme().warning.name()));
    m_add->setEnabled(!m_requests.empty());
    m_addFront->setEnabled(!m_requests.empty());
}

} // namespace toca::ui
