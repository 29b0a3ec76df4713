// SPDX-License-Identifier: Apache-2.0
#include "ui/prompt/seed_controls.h"

#include "ui/prompt/prompt_model.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QRegularExpressionValidator>
#include <QSignalBlocker>
#include <QToolButton>

namespace toca::ui {

SeedControls::SeedControls(PromptModel& model, QWidget* parent)
    : QWidget(parent)
    , m_model(model)
    , m_seed(new QLineEdit)
    , m_dice(new QToolButton)
    , m_lock(new QToolButton)
    , m_mode(new QComboBox)
{
    m_seed->setObjectName("seed");
    m_seed->setAccessibleName(tr("Seed"));
    m_seed->setToolTip(tr("Start of the noise: the same seed and settings give the same clip again."));
    m_seed->setValidator(new QRegularExpressionValidator(QRegularExpression("[0-9]{0,20}"), this));
    m_seed->setMinimumWidth(70);
    m_dice->setIcon(icon("dice"));
    m_dice->setObjectName("seedDice");
    m_dice->setAccessibleName(tr("New random seed"));
    m_dice->setToolTip(tr("New random seed"));
    m_lock->setObjectName("seedLock");
    m_lock->setCheckable(true);
    m_lock->setAccessibleName(tr("Keep the seed"));
    m_lock->setToolTip(tr("Locked: the seed stays the same after a run, so that settings can be compared."));
    m_mode->setObjectName("seedMode");
    m_mode->setMinimumWidth(60);
    m_mode->setAccessibleName(tr("Seed after a run"));
    m_mode->setToolTip(tr("What happens to the seed when a run has started."));
    m_mode->addItems({tr("Fixed"), tr("Random"), tr("+ 1")});

    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kHalfSpace);
    layout->addWidget(m_seed, 1);
    layout->addWidget(m_dice);
    layout->addWidget(m_lock);
    layout->addWidget(m_mode);

    connect(m_seed, &QLineEdit::textEdited, this, [this](const QString& text) {
        bool ok = false;
        const quint64 seed = text.toULongLong(&ok);
        if (ok) {
            m_model.setSeed(seed);
        }
    });
    connect(m_seed, &QLineEdit::editingFinished, this, &SeedControls::showModel); // shows what was taken
    connect(m_dice, &QToolButton::clicked, &m_model, &PromptModel::randomizeSeed);
    connect(m_lock, &QToolButton::clicked, this,
        [this](bool locked) { m_model.setSeedMode(locked ? SeedMode::Fixed : SeedMode::Random); });
    connect(
        m_mode, &QComboBox::activated, this, [this](int index) { m_model.setSeedMode(static_cast<SeedMode>(index)); });
    connect(&m_model, &PromptModel::changed, this, &SeedControls::showModel);
    showModel();
}

void SeedControls::showModel()
{
    const QString seed = QString::number(m_model.request().seed);
    if (!m_seed->hasFocus() || m_seed->text().toULongLong() != m_model.request().seed) {
        m_seed->setText(seed);
    }
    const bool locked = m_model.seedMode() == SeedMode::Fixed;
    m_lock->setChecked(locked);
    m_lock->setIcon(icon(locked ? "lock" : "unlock"));
    m_mode->setCurrentIndex(static_cast<int>(m_model.seedMode()));
}

} // namespace toca::ui
